"""The program's numbers in the form that Prometheus reads."""
