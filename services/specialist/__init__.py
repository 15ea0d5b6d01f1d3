"""What any specialist is: a pure function from context pack to patch, behind one gRPC service."""
