"""The rules about messages: which ones a service asks for, and all that they can find."""

from bot.datasets.rules import (
    calls,
    content,
    functions,
    images,
    keys,
    names,
    order,
    results,
    roles,
    schemas,
    tools,
    weights,
)
from bot.datasets.rules.base import Rule, RuleSpec
from bot.datasets.traits import Traits

SPECS: tuple[RuleSpec, ...] = (
    *keys.SPECS,
    *roles.SPECS,
    *order.SPECS,
    *names.SPECS,
    *content.SPECS,
    *weights.SPECS,
    *tools.SPECS,
    *schemas.SPECS,
    *functions.SPECS,
    *calls.SPECS,
    *results.SPECS,
    *images.SPECS,
)
"""All that can be found in messages, each id once."""


ABOUT_DECLARATIONS = frozenset(spec.id for spec in (*tools.SPECS, *schemas.SPECS, *functions.SPECS))
"""Ids of what is said about tools as they are declared: once for an example, however many conversations it has."""


def chat_rules(traits: Traits) -> tuple[Rule, ...]:
    """What a service with these traits asks of the messages of an example.

    The rules fit every conversation: `example.talk`, with `example.value` as the object that holds its tools. What only
    a chat must have (a question, an answer, known keys around `messages`) is asked of the form `chat` alone.
    On a plain line (role, content, name and weight, every content a text that is not blank and every name one of
    `names.NAME_PATTERN`) their verdict depends on the roles, the weights and the keys alone.
    """
    about_images = images.images_rule(traits)
    about_tools = (
        (tools.TOOLS, functions.FUNCTIONS, calls.CALLS, results.RESULTS)
        if traits.tools
        else (tools.NO_TOOLS,)
    )
    return (
        keys.keys_rule(traits),
        roles.roles_rule(traits),
        order.order_rule(traits),
        names.NAMES,
        content.content_rule(traits),
        weights.weights_rule(traits),
        *about_tools,
        *(() if about_images is None else (about_images,)),
    )
