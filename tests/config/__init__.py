"""Configuration: every mistake at once, no secret shown."""
