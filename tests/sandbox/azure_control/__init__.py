"""Resource Manager's stand-in: accounts and deployments."""
