"""A stand-in for Azure Blob Storage: block blobs of containers."""

from sandbox.azure_blob.blobs import Blobs
from sandbox.azure_blob.operations import ACCOUNT, CONTAINER, SAMPLE, install_blobs

__all__ = ["ACCOUNT", "CONTAINER", "SAMPLE", "Blobs", "install_blobs"]
