"""A stand-in for the metrics of Azure Monitor (contract 3.3, 3.4)."""
