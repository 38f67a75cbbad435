"""The examples of a file as a set: duplicates, conflicting answers, system prompts, languages, one-sidedness."""
