"""A small real language model (numpy) that the stand-ins fit to uploaded conversations."""
