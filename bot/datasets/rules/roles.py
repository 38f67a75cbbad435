"""Who speaks: roles, and that there is a question and an answer to learn from."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, Talk, clipped, json_type
from bot.datasets.rules.places import KNOWN_ROLES, ROLES, sound
from bot.datasets.rules.sources import AZURE_CHAT, COOKBOOK, EVERY_CHECKER, FOUNDRY, LLM_FOUNDRY
from bot.datasets.traits import Traits

__all__ = ["ROLES", "SPECS", "roles_rule"]

ROLE_MISSING = RuleSpec(
    "role_missing",
    "error",
    EVERY_CHECKER,
    why="Without a role nobody can say whether the message is to be learned or to be read.",
)
ROLE_TYPE = RuleSpec(
    "role_type", "error", EVERY_CHECKER, ("type",), why="A role is a word; the line is refused."
)
ROLE_UNKNOWN = RuleSpec(
    "role_unknown",
    "error",
    AZURE_CHAT,
    ("role",),
    why="No service knows this role, so the line is refused.",
)
ROLE_REFUSED = RuleSpec(
    "role_refused",
    "error",
    LLM_FOUNDRY,
    ("role",),
    why="The role exists, but the service or the model of this check does not take it.",
)
ASSISTANT_MISSING = RuleSpec(
    "assistant_missing",
    "error",
    EVERY_CHECKER,
    why="Only the assistant's messages are learned, so the service refuses an example without one.",
)
ASSISTANT_NOT_LAST = RuleSpec(
    "assistant_not_last",
    "warning",
    COOKBOOK,
    ("role",),
    why="What follows the last answer is paid for and not learned from.",
    repair="trailing_turns",
)
ANSWER_NOT_LAST = RuleSpec(
    "answer_not_last",
    "error",
    LLM_FOUNDRY,
    ("role",),
    why="This service learns the last message and fails the run when it is not the assistant's.",
    repair="trailing_turns",
)
USER_MISSING = RuleSpec(
    "user_missing",
    "warning",
    f"{COOKBOOK}; {FOUNDRY}",
    why="An answer to nothing is learned as an answer to anything.",
)
TOO_FEW_MESSAGES = RuleSpec(
    "too_few_messages",
    "error",
    LLM_FOUNDRY,
    ("minimum",),
    why="This service fails the run on an example with fewer messages.",
)

SPECS = (
    ROLE_MISSING,
    ROLE_TYPE,
    ROLE_UNKNOWN,
    ROLE_REFUSED,
    ASSISTANT_MISSING,
    ASSISTANT_NOT_LAST,
    ANSWER_NOT_LAST,
    USER_MISSING,
    TOO_FEW_MESSAGES,
)


def _role(path: str, role: object, traits: Traits, note: Note) -> None:
    if not isinstance(role, str):
        note(ROLE_TYPE, path, type=json_type(role))
    elif role not in KNOWN_ROLES:
        note(ROLE_UNKNOWN, path, role=clipped(role))
    elif role not in traits.roles:
        note(ROLE_REFUSED, path, role=role)


def _answers(talk: Talk, traits: Traits, note: Note) -> None:
    roles = [message["role"] for _, message in talk.turns]
    if len(roles) < traits.min_messages:
        note(TOO_FEW_MESSAGES, talk.path, minimum=traits.min_messages)
        return
    if "assistant" not in roles:
        note(ASSISTANT_MISSING, talk.path)
    elif roles[-1] != "assistant":
        spec = ANSWER_NOT_LAST if traits.answer_last else ASSISTANT_NOT_LAST
        note(spec, f"{talk.path}[{talk.turns[-1][0]}].role", role=str(roles[-1]))
    if "assistant" in roles and "user" not in roles:
        note(USER_MISSING, talk.path)


def roles_rule(traits: Traits) -> Rule:
    """Roles of all messages; in a chat also that somebody asks and the assistant answers."""

    def check(example: Example, note: Note) -> None:
        talk = example.talk
        for index, message in talk.turns:
            path = f"{talk.path}[{index}]"
            if "role" in message:
                _role(f"{path}.role", message["role"], traits, note)
            else:
                note(ROLE_MISSING, path)
        if example.form == "chat" and example.talk.turns and sound(example.talk):
            _answers(example.talk, traits, note)

    return Rule(SPECS, check)
