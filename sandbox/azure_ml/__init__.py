"""A stand-in for Azure Machine Learning: pay-as-you-go training of Llama and Phi, serverless endpoints."""

from sandbox.azure_ml.options import MlOptions, Switches, WorkspaceFacts
from sandbox.azure_ml.service import MlService, install

__all__ = ["MlOptions", "MlService", "Switches", "WorkspaceFacts", "install"]
