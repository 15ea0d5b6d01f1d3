"""The papers: upload, reading, ranks, corrections and the context pack made of them."""
