"""Codes and parameters in; what happened, what it means and what to do out."""
