"""What any gRPC server or client of this system needs, in one place."""
