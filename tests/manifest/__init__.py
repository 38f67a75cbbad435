"""The Slack app manifest: valid, and exactly what the code uses."""
