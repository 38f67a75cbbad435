"""The check of a training file, as others use it: `Checker` for bytes as they come, `check_path` for a file on disk."""

from bot.datasets.parts import check_path
from bot.datasets.stream import Checker

__all__ = ["Checker", "check_path"]
