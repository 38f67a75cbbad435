"""Hints of what should not be taught: secrets, data about persons, and topics that fail the safety checks."""

from bot.datasets.risk.marks import patterns
from bot.datasets.risk.pattern import EVERY, Pattern
from bot.datasets.risk.rule import RISK, note_risks
from bot.datasets.risk.suspects import Suspects, suspects

__all__ = ["EVERY", "RISK", "Pattern", "Suspects", "note_risks", "patterns", "suspects"]
