"""The commands: they read the command line and call."""
