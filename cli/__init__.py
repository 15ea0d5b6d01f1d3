"""The `buildplan` command and the local supervisor of the services."""
