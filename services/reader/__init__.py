"""The document reader: a file in, pages and passages out. It always runs in child processes (`pool.ReaderPool`)."""
