"""What a training file must be: one family of rules per file, listed in `registry`."""
