"""The Slack stand-in, seen by real clients."""
