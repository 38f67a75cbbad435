"""Azure OpenAI fine-tuning over its dated data plane."""
