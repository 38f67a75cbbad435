"""The Slack surface: payload in, one call into the application, blocks out."""
