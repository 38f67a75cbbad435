"""The application: knows no Slack payload and no service's wire format."""
