"""One file per change of the tables; they only add."""
