"""Training data: JSONL in, findings out, in bounded memory."""
