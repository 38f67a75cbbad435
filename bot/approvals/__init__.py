"""Who decides about what costs money, and how: requests, votes, rounds, reminders, rules."""
