"""The five services and what they share."""

import os

# uvloop forks to start a process; gRPC, which no child uses, would write of it into our logs. Read when gRPC is loaded.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
