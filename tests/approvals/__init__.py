"""Tests of bot/approvals."""
