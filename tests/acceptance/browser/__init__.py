"""The pages in a real browser, before real servers."""
