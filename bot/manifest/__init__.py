"""The Slack app manifest, shipped with the package so that an installed program can print it."""
