"""The stand-in for Azure OpenAI."""
