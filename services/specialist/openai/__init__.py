"""The OpenAI engine: asks a model through the Responses API. Only imported where it was chosen."""
