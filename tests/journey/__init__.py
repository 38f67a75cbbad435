"""What a person can do, from a slash command in to a Slack message out."""
