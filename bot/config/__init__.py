"""Configuration: `tunesmith.toml` and the environment in, `Settings` or every mistake at once out."""
