"""Messages: keys, roles, their order, names, content, weights."""

import difflib
from collections.abc import Collection, Mapping

from bot.datasets.rules.content import PART_TYPES
from bot.datasets.rules.keys import EXAMPLE_KEYS, MESSAGE_KEYS
from bot.datasets.rules.places import ROLES
from handlers.wording.finding_tables.words import Params, Words

_NEAR = 0.75
"""Likeness from which a word is taken for a misspelt one; below it a guess misleads."""
_OTHER_NAMES = {
    "input_text": "text",
    "output_text": "text",
    "input_image": "image_url",
    "image": "image_url",
    "human": "user",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "available_tools": "tools",
    "from": "role",
    "value": "content",
    "text": "content",
}
"""Words of other formats that are not like ours, and what they are called here."""
_TOOL_CHOICE = "remove it: it belongs to a request, and an example shows the choice itself"


def nearest(word: object, known: Collection[str]) -> Mapping[str, str]:
    """`{nearest}`: the known word that was probably meant."""
    lower = str(word).lower()
    near = difflib.get_close_matches(lower, sorted(known), n=1, cutoff=_NEAR)
    other = _OTHER_NAMES.get(lower, "")
    guess = near[0] if near else other if other in known else ""
    return {"nearest": f" (`{guess}`?)" if guess else ""}


def _near_role(params: Params) -> Mapping[str, str]:
    return nearest(params.get("role", ""), ROLES)


def _near_message(params: Params) -> Mapping[str, str]:
    return nearest(params.get("key", ""), MESSAGE_KEYS)


def _near_example(params: Params) -> Mapping[str, str]:
    chosen = params.get("key") == "tool_choice"
    return {**nearest(params.get("key", ""), EXAMPLE_KEYS), "remedy": _TOOL_CHOICE if chosen else "remove it"}


def _near_part(params: Params) -> Mapping[str, str]:
    return nearest(params.get("part", ""), PART_TYPES)


WORDS: Mapping[str, Words] = {
    "messages_missing": Words(
        "has no `messages`", 'write {{"messages": […]}} on each line', many="have no `messages`"
    ),
    "messages_type": Words("{subject} is {type}, not a list", "write a list of messages", "`messages`"),
    "messages_empty": Words("{subject} is empty", "drop the line", "`messages`"),
    "message_type": Words("{subject} is {type}, not an object", "write a role and content", "a message"),
    "example_unknown_key": Words(
        "`{key}` is not a key of an example{nearest}", "{remedy}", "`{key}`", derive=_near_example
    ),
    "example_key_refused": Words(
        "`{key}` is a key that this service does not take", "write `messages` alone", "`{key}`"
    ),
    "message_unknown_key": Words(
        "{subject} is not a key of a message{nearest}", "remove it", "`{key}`", derive=_near_message
    ),
    "message_key_refused": Words(
        "{subject} is a key that this service does not take", "write role and content alone", "`{key}`"
    ),
    "message_key_role": Words("{subject} stands in a message of the {role}", "remove it", "`{key}`"),
    "role_missing": Words("{subject} has no role", "add system, user or assistant", "a message"),
    "role_type": Words("{subject} is {type}, not a word", "write system, user or assistant", "`role`"),
    "role_unknown": Words(
        "{subject} is `{role}`, which is no role{nearest}",
        "write system, user, assistant or tool",
        "`role`",
        derive=_near_role,
    ),
    "role_refused": Words(
        "{subject} is `{role}`, a role that this service does not take",
        "write system, user or assistant, or drop the example",
        "`role`",
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
    "answer_not_last": Words(
        "ends with a {role} message, and this service wants the answer last",
        "cut what follows the answer, or add one",
        many="end with a {role} message, and this service wants the answer last",
    ),
    "user_missing": Words(
        "has no user message", "add the question that is answered", many="have no user message"
    ),
    "too_few_messages": Words(
        "has fewer than {minimum} messages",
        "add the question that is answered, or drop the example",
        many="have fewer than {minimum} messages",
    ),
    "system_late": Words(
        "{subject} is `{role}`, in the middle of the conversation",
        "put it first, if it need not stand there",
        "`role`",
    ),
    "system_repeated": Words(
        "{subject} is `{role}`, a second instruction at the beginning", "write both as one message", "`role`"
    ),
    "system_not_first": Words(
        "{subject} is `{role}`, and this service takes it as the first message only",
        "put the instruction first, as one message",
        "`role`",
    ),
    "system_refused": Words(
        "{subject} is `{role}`, which this model does not know",
        "put the instruction into the first user message",
        "`role`",
    ),
    "role_repeated": Words(
        "{subject} is `{role}` for the second time in a row",
        "join the two messages, or add what is missing between",
        "`role`",
    ),
    "roles_alternate": Words(
        "{subject} is `{role}` for the second time in a row, which this service does not take",
        "join the two messages, or add what is missing between",
        "`role`",
    ),
    "name_type": Words("{subject} is {type}, not a word", "write a name, or remove it", "`name`"),
    "name_form": Words(
        "{subject} is `{name}`, which the chat API does not take",
        "write 1 to 64 of the letters a to z, digits, _ and -",
        "`name`",
    ),
    "function_name_missing": Words(
        "{subject} is missing", "write the name of the function that answers here", "`name`"
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
    "content_part_unknown": Words(
        "{subject} is `{part}`, on which models are not trained{nearest}",
        "write a part of the type text or image_url",
        "`type`",
        derive=_near_part,
    ),
    "content_part_text": Words(
        "{subject} is {type}, not text", 'write {{"type": "text", "text": …}}', "`text`"
    ),
    "content_part_empty": Words("{subject} is empty", "leave the part away", "`text`"),
    "content_parts_refused": Words(
        "{subject} is a list, and this service takes text alone", "write the text itself", "`content`"
    ),
    "refusal_type": Words("{subject} is {type}, not text", "write the refusal, or remove it", "`refusal`"),
    "weight_value": Words("{subject} is {value}", "write the whole number 0 or 1", "`weight`"),
    "weight_role": Words("{subject} stands beside {role}", "keep it on assistant messages only", "`weight`"),
    "weight_all_zero": Words(
        "has weight 0 on all answers",
        "give weight 1 to the answer to learn, or drop the example",
        many="have weight 0 on all answers",
    ),
    "weight_images": Words(
        "{subject} stands in an example with images",
        "remove the weights, or split the conversation so that it ends with the answer to learn",
        "`weight`",
    ),
    "weight_refused": Words(
        "{subject} is a key that this service does not take",
        "remove it, and split the conversation where an answer is not to be learned",
        "`weight`",
    ),
}
