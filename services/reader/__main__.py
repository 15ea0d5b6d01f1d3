"""`python -m services.reader`: a child process of `services.reader.pool.ReaderPool`."""

from services.reader.child import main

if __name__ == "__main__":
    main()
