"""A training job's life."""
