"""Promises of the helper process."""
