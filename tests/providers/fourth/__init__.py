"""A fourth service, as docs/providers.md tells to add one: this package and a line of the registry, nothing else."""
