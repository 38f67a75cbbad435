"""What the page itself calls: `/page/api/…` (`sandbox/README.md`, "Page API")."""

from sandbox.page_api.routes import PageApi

__all__ = ["PageApi"]
