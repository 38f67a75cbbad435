"""Facts to Slack blocks: pure functions, nothing is looked up."""
