"""The small language model and its worker process."""
