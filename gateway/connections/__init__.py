"""What holds for a connection before its request is there: how long, how much, how many."""
