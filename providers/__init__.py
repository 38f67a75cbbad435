"""One package per service behind one protocol; the only place with wire formats."""
