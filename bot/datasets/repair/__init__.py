"""Repairs of a training file that need no judgement: form and frame, never content."""
