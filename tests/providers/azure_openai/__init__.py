"""Tests of the Azure OpenAI provider."""
