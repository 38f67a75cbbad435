"""The program as a process: how it starts, refuses to start, and stops."""
