"""Helper processes for work that would hold up the event loop."""

from bot.helper.errors import HelperError
from bot.helper.growth import Growth
from bot.helper.process import HelperProcess
from bot.helper.seat import HelperOptions

__all__ = ["Growth", "HelperError", "HelperOptions", "HelperProcess"]
