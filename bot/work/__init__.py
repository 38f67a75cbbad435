"""What must happen later: queue, worker, outbox, live cards, schedule."""
