"""The program, called as a person calls it."""
