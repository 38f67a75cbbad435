"""Whether the running program lives, whether it can take work, and the numbers of its store."""
