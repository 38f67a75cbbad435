"""Chat completions of deployed models: the calls that keep a deployment alive."""
