"""For every rule the smallest file that breaks it: one table `CASES` for each family."""
