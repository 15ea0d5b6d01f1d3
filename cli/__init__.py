"""The `buildplan` command and the local supervisor of the services."""

import os

# Read when grpc is imported. What its core says of connections would stand between the command's own lines.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
