"""Set-up, locks and the rules of the repository."""
