"""Stand-ins at the wire: real servers whose answers are values."""
