"""The stand-in of Blob Storage."""
