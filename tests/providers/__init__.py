"""Tests of the providers: real clients against real servers on loopback."""
