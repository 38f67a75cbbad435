"""Slack's Web API as the port that `bot` asks for."""
