"""The stand-in of Azure ML."""
