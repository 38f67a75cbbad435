"""Tests of handlers.blocks."""
