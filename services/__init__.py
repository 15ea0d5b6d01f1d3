"""The services of the system, each a process of its own, and what they share."""

import os

# Read when grpc is imported. What its core says of connections would stand as bare text between lines of JSON.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
