"""What the stand-ins share, whichever service they stand in for."""
