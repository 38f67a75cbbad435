"""Who speaks: roles, and that there is an answer to learn from."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, clipped, json_type

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_KNOWN = frozenset(ROLES)

ROLE_MISSING = RuleSpec("role_missing", "error", "every checker asks for a role (anchors B.2)")
ROLE_TYPE = RuleSpec("role_type", "error", "a role is a word (anchors B.2)", ("type",))
ROLE_UNKNOWN = RuleSpec("role_unknown", "error", "chat roles of the service (contract 1.3)", ("role",))
ASSISTANT_MISSING = RuleSpec(
    "assistant_missing", "error", "the service refuses examples without an answer (anchors B.2)"
)
ASSISTANT_NOT_LAST = RuleSpec(
    "assistant_not_last", "warning", "what follows the last answer is not learned (anchors B.2)", ("role",)
)


def _role(index: int, message_role: object, note: Note) -> None:
    path = f"messages[{index}].role"
    if not isinstance(message_role, str):
        note(ROLE_TYPE, path, type=json_type(message_role))
    elif message_role not in _KNOWN:
        note(ROLE_UNKNOWN, path, role=clipped(message_role))


def _check(example: Example, note: Note) -> None:
    sound = example.talk.complete
    answered = False
    for index, message in example.talk.turns:
        if "role" not in message:
            note(ROLE_MISSING, f"messages[{index}]")
            sound = False
            continue
        role = message["role"]
        _role(index, role, note)
        sound = sound and isinstance(role, str) and role in _KNOWN
        answered = answered or role == "assistant"
    if not sound or not example.talk.turns:
        # A role that cannot be read may be the answer: one finding per mistake.
        return
    index, last = example.talk.turns[-1]
    if not answered:
        note(ASSISTANT_MISSING, "messages")
    elif last["role"] != "assistant":
        note(ASSISTANT_NOT_LAST, f"messages[{index}].role", role=str(last["role"]))


ROLE_RULES = Rule((ROLE_MISSING, ROLE_TYPE, ROLE_UNKNOWN, ASSISTANT_MISSING, ASSISTANT_NOT_LAST), _check)
