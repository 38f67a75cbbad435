"""Azure Blob Storage, read only: data that does not come through Slack."""

from providers.azure_blob.address import AddressProblem, BlobAddress, parse_address
from providers.azure_blob.client import Blob, BlobReader
from providers.azure_blob.settings import StorageAccount

__all__ = ["AddressProblem", "Blob", "BlobAddress", "BlobReader", "StorageAccount", "parse_address"]
