"""What is known of a line before it is decoded."""

from bot.datasets.risk.pattern import EVERY

CLOSE = 1
"""It must be looked at closely."""
CALLS = 2
"""It may hold calls of tools."""
NAMES = 32
"""A key of a message may come twice: each name must be counted."""
PICKED = 4
"""It is one of the lines that statistics are made of."""
LONG = 8
"""It has more bytes than the model takes tokens."""
FAMILIES_AT = 8
RISKY = EVERY << FAMILIES_AT
"""A rule that looks into words may find something in it: one bit for each family of `bot.datasets.risk.pattern`."""
