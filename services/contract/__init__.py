"""What follows from the protos alone; every other room may import it."""
