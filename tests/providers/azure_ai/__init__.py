"""The provider of Azure AI Studio."""
