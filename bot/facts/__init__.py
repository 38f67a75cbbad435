"""What the surface is told: frozen facts without markup, from which `handlers` builds blocks."""
