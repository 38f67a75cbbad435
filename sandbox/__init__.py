"""A workspace to try everything in: stand-ins for Slack and the services on loopback."""
