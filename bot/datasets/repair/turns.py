"""`trailing_turns`: messages behind the last answer, which nothing is learned from."""

from bot.datasets.repair.example import Written
from bot.datasets.repair.spans import Edit, without

_ASKING = frozenset({"system", "developer", "user", "tool", "function"})
"""Roles that are certainly no answer. Behind any other word a misspelt `assistant` may stand, so nothing is cut."""


def trailing_turns(example: Written) -> list[Edit]:
    """Cuts what stands behind the last message of the assistant; nothing in a chat without one."""
    turns = example.talks[0].turns
    roles = [turn.role for turn in turns]
    last = max((index for index, role in enumerate(roles) if role == "assistant"), default=None)
    if last is None or last == len(roles) - 1 or not _ASKING.issuperset(roles[last + 1 :]):
        return []
    return without([turn.span for turn in turns], range(last + 1, len(roles)))
