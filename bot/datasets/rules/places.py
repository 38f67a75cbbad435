"""What the rules about messages share: the roles, and walks over messages."""

from collections.abc import Iterator

from bot.datasets.rules.base import JsonMap, Talk

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
KNOWN_ROLES = frozenset(ROLES)
PREAMBLE = frozenset({"system", "developer"})
"""Roles that instruct the model. The newer models' `developer` is the older ones' `system`."""


def sound(talk: Talk) -> bool:
    """Whether each message is an object with a role that exists: otherwise nothing can be said about their order.

    A message that cannot be read may be the one that is missed; its own finding is enough.
    """
    for _, message in talk.turns:
        role = message.get("role")
        if not isinstance(role, str) or role not in KNOWN_ROLES:
            return False
    return talk.complete


def parts(message: JsonMap) -> Iterator[tuple[int, JsonMap]]:
    """The parts of content that is a list, with their places."""
    content = message.get("content")
    if isinstance(content, list):
        for number, part in enumerate(content):
            if isinstance(part, dict):
                yield number, part
