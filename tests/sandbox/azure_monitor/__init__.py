"""Tests of Azure Monitor's stand-in."""
