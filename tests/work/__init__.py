"""Later work: the queue, the worker, the outbox, the live cards."""
