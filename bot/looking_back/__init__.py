"""What was done, what it cost, and what can go."""
