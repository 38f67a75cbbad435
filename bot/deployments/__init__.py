"""Deployments: asking for them, rolling them out, watching them, keeping them."""
