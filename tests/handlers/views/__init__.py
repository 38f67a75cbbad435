"""Tests of handlers.views."""
