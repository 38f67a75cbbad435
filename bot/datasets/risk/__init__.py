"""Hints of what should not be taught: secrets, data about persons, and topics that fail the safety checks."""

from bot.datasets.risk.marks import patterns
from bot.datasets.risk.pattern import Pattern
from bot.datasets.risk.rule import RISK
from bot.datasets.risk.suspects import Suspects, suspects

__all__ = ["RISK", "Pattern", "Suspects", "patterns", "suspects"]
