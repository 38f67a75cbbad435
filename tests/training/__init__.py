"""Promises of the training side."""
