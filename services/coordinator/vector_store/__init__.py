"""A session's papers in an OpenAI vector store: made on demand, kept in step, deleted with the session."""
