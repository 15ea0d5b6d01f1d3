"""The coordinator's gRPC services: they translate and call, nothing else."""
