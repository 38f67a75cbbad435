"""Promises of the dataset checker."""
