"""What the coordinator adds to the agents' work: questions, tasks and the keys to the project."""
