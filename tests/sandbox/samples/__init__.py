"""The sample files."""
