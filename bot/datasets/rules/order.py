"""In which order they speak: the system first, user and assistant by turns."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, Talk
from bot.datasets.rules.content import calls_a_tool
from bot.datasets.rules.places import PREAMBLE, sound
from bot.datasets.rules.sources import AZURE_CHAT, LLM_FOUNDRY, MISTRAL, TOGETHER
from bot.datasets.traits import Traits

SYSTEM_LATE = RuleSpec(
    "system_late",
    "hint",
    MISTRAL,
    ("role",),
    why="The service takes it, but the model learns to be instructed in the middle of a conversation.",
)
SYSTEM_REPEATED = RuleSpec(
    "system_repeated",
    "hint",
    MISTRAL,
    ("role",),
    why="The service takes it, but one instruction is easier to give again in the same words when the model is used.",
)
SYSTEM_NOT_FIRST = RuleSpec(
    "system_not_first",
    "error",
    LLM_FOUNDRY,
    ("role",),
    why="This service takes one system message, as the first, and fails the run on any other.",
)
SYSTEM_REFUSED = RuleSpec(
    "system_refused",
    "error",
    LLM_FOUNDRY,
    ("role",),
    why="The chat template of this model knows no system message, so the run fails.",
)
ROLE_REPEATED = RuleSpec(
    "role_repeated",
    "hint",
    f"{AZURE_CHAT}; {TOGETHER}",
    ("role",),
    why="The service takes most of these, but two messages of the same side are often one that was cut, "
    "or one that is missing between.",
)
ROLES_ALTERNATE = RuleSpec(
    "roles_alternate",
    "error",
    LLM_FOUNDRY,
    ("role",),
    why="This service wants user and assistant by turns and fails the run on two messages of the same side.",
)

SPECS = (SYSTEM_LATE, SYSTEM_REPEATED, SYSTEM_NOT_FIRST, SYSTEM_REFUSED, ROLE_REPEATED, ROLES_ALTERNATE)

_SIDES = ("user", "assistant")


def _system(talk: Talk, traits: Traits, note: Note) -> None:
    begun = False
    for place, (index, message) in enumerate(talk.turns):
        role = str(message["role"])
        if role not in PREAMBLE:
            begun = True
            continue
        path = f"{talk.path}[{index}].role"
        if traits.system == "never":
            note(SYSTEM_REFUSED, path, role=role)
        elif traits.system == "first":
            if place:
                note(SYSTEM_NOT_FIRST, path, role=role)
        elif begun:
            note(SYSTEM_LATE, path, role=role)
        elif place:
            note(SYSTEM_REPEATED, path, role=role)


def _turns(talk: Talk, traits: Traits, note: Note) -> None:
    for (_, before), (index, message) in zip(talk.turns, talk.turns[1:], strict=False):
        role = str(message["role"])
        if role != before["role"] or role not in _SIDES:
            continue
        path = f"{talk.path}[{index}].role"
        if traits.alternate:
            note(ROLES_ALTERNATE, path, role=role)
        elif not (calls_a_tool(before) or isinstance(message.get("content"), list)):
            # The published vision examples send text and image as two messages, and a call that nobody answers has
            # a finding of its own.
            note(ROLE_REPEATED, path, role=role)


def order_rule(traits: Traits) -> Rule:
    """The order of the conversation."""

    def check(example: Example, note: Note) -> None:
        if sound(example.talk):
            _system(example.talk, traits, note)
            _turns(example.talk, traits, note)

    return Rule(SPECS, check)
