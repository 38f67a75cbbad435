"""Tests of handlers.wording."""
