"""A stand-in for Azure Resource Manager: accounts, deployments, quotas, models and rights."""
