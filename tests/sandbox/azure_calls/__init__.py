"""Tests of calls to deployments."""
