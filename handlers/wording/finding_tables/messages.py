"""Messages: keys, roles, content, weights."""

import difflib
from collections.abc import Collection, Mapping

from bot.datasets.rules.keys import EXAMPLE_KEYS, MESSAGE_KEYS
from bot.datasets.rules.roles import ROLES
from handlers.wording.finding_tables.words import Params, Words

_NEAR = 0.75
"""Likeness from which a word is taken for a misspelt one; below it a guess misleads."""


def nearest(word: object, known: Collection[str]) -> Mapping[str, str]:
    """`{nearest}`: the known word that was probably meant."""
    near = difflib.get_close_matches(str(word).lower(), sorted(known), n=1, cutoff=_NEAR)
    return {"nearest": f" (`{near[0]}`?)" if near else ""}


def _near_role(params: Params) -> Mapping[str, str]:
    return nearest(params.get("role", ""), ROLES)


def _near_message(params: Params) -> Mapping[str, str]:
    return nearest(params.get("key", ""), MESSAGE_KEYS)


def _near_example(params: Params) -> Mapping[str, str]:
    return nearest(params.get("key", ""), EXAMPLE_KEYS)


WORDS: Mapping[str, Words] = {
    "messages_missing": Words(
        "has no `messages`", 'write {{"messages": […]}} on each line', many="have no `messages`"
    ),
    "messages_type": Words("{subject} is {type}, not a list", "write a list of messages", "`messages`"),
    "messages_empty": Words("{subject} is empty", "drop the line", "`messages`"),
    "message_type": Words("{subject} is {type}, not an object", "write a role and content", "a message"),
    "example_unknown_key": Words(
        "`{key}` is not a key of an example{nearest}", "remove it", "`{key}`", derive=_near_example
    ),
    "message_unknown_key": Words(
        "{subject} is not a key of a message{nearest}", "remove it", "`{key}`", derive=_near_message
    ),
    "role_missing": Words("{subject} has no role", "add system, user or assistant", "a message"),
    "role_type": Words("{subject} is {type}, not a word", "write system, user or assistant", "`role`"),
    "role_unknown": Words(
        "{subject} is `{role}`, which is no role{nearest}",
        "write system, user, assistant or tool",
        "`role`",
        derive=_near_role,
    ),
    "assistant_missing": Words(
        "has no assistant message",
        "add the answer to learn, or drop the example",
        many="have no assistant message",
    ),
    "assistant_not_last": Words(
        "ends with a {role} message",
        "nothing is learned from it: end with the answer",
        "the example",
        many="end with a {role} message",
    ),
    "content_missing": Words("{subject} is missing", "write the text or drop the example", "`content`"),
    "content_null": Words(
        "{subject} is null without a tool call", "write the text or drop the example", "`content`"
    ),
    "content_type": Words("{subject} is {type}, not text", "write text, or a list of parts", "`content`"),
    "content_empty": Words("{subject} is empty", "write the answer or drop the example", "`content`"),
    "content_part": Words(
        "{subject} is {type}", 'write a part with its type, such as {{"type": "text", "text": …}}', "a part"
    ),
    "weight_value": Words("{subject} is {value}", "write the whole number 0 or 1", "`weight`"),
    "weight_role": Words("{subject} stands beside {role}", "keep it on assistant messages only", "`weight`"),
}
