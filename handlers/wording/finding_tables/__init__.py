"""Words of findings, a table for each family of rules."""
