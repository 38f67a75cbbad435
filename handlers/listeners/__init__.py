"""What comes in from Slack: one file per kind of payload, one routing table."""
