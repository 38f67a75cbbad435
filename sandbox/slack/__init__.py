"""The Slack stand-in: Web API, Socket Mode, events, interactions, files."""
