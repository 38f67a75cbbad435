"""A stand-in for Azure OpenAI (data plane, dated surface): files, uploads, fine-tuning jobs, models."""

from sandbox.azure_openai.options import AzureOptions, Limits, Switches, UnknownSwitchError
from sandbox.azure_openai.service import AzureService, install

__all__ = ["AzureOptions", "AzureService", "Limits", "Switches", "UnknownSwitchError", "install"]
