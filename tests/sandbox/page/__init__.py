"""The sandbox's page in Chromium, with a real bot at the other end."""
