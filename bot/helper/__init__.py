"""One helper process for work that would hold up the event loop."""

from bot.helper.errors import HelperError
from bot.helper.process import HelperOptions, HelperProcess

__all__ = ["HelperError", "HelperOptions", "HelperProcess"]
