"""One small program per number that the README claims."""
