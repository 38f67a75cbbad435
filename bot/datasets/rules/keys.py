"""Keys that an example or a message may have."""

from bot.datasets.rules.base import Example, JsonMap, Note, Rule, RuleSpec, clipped
from bot.datasets.rules.places import KNOWN_ROLES
from bot.datasets.rules.sources import CHAT_API, COOKBOOK, LLM_FOUNDRY, TOGETHER
from bot.datasets.traits import Traits

TOOL_SETTINGS = frozenset({"tools", "functions", "parallel_tool_calls"})
EXAMPLE_KEYS = frozenset({"messages"}) | TOOL_SETTINGS
TOOL_KEYS = frozenset({"tool_calls", "function_call"})
MESSAGE_KEYS = frozenset({"role", "content", "name", "weight", "tool_call_id", "refusal"}) | TOOL_KEYS

EXAMPLE_UNKNOWN_KEY = RuleSpec(
    "example_unknown_key",
    "warning",
    TOGETHER,
    ("key",),
    why="Services ignore what they do not know or refuse the line for it: either way nothing is learned from it.",
    repair="stray_keys",
)
EXAMPLE_KEY_REFUSED = RuleSpec(
    "example_key_refused",
    "error",
    LLM_FOUNDRY,
    ("key",),
    why="This service takes `messages` alone and fails the run on other keys.",
    repair="stray_keys",
)
MESSAGE_UNKNOWN_KEY = RuleSpec(
    "message_unknown_key",
    "warning",
    COOKBOOK,
    ("key",),
    why="Services ignore what they do not know or refuse the line for it; often it is a key that is misspelt.",
    repair="stray_keys",
)
MESSAGE_KEY_REFUSED = RuleSpec(
    "message_key_refused",
    "error",
    LLM_FOUNDRY,
    ("key",),
    why="This service takes a role and content, exactly two keys, and fails the run on a third.",
    repair="stray_keys",
)
MESSAGE_KEY_ROLE = RuleSpec(
    "message_key_role",
    "warning",
    CHAT_API,
    ("key", "role"),
    why="The key belongs to messages of another role: it is ignored, or the line is refused.",
)

SPECS = (
    EXAMPLE_UNKNOWN_KEY,
    EXAMPLE_KEY_REFUSED,
    MESSAGE_UNKNOWN_KEY,
    MESSAGE_KEY_REFUSED,
    MESSAGE_KEY_ROLE,
)

_ROLE_OF_KEY = {"tool_call_id": "tool", "refusal": "assistant"}


def _example_keys(value: JsonMap, traits: Traits, note: Note) -> None:
    allowed = traits.example_keys
    for key in value:
        if key in EXAMPLE_KEYS if allowed is None else key in allowed:
            continue
        if not traits.tools and key in TOOL_SETTINGS:
            continue  # told as what it is: tools that this service does not take
        shown = clipped(key)
        note(EXAMPLE_UNKNOWN_KEY if allowed is None else EXAMPLE_KEY_REFUSED, shown, key=shown)


def _message_keys(path: str, message: JsonMap, traits: Traits, note: Note) -> None:
    allowed = traits.message_keys
    role = message.get("role")
    role = role if isinstance(role, str) and role in KNOWN_ROLES else None
    for key in message:
        if allowed is not None and key not in allowed:
            told_elsewhere = (key in TOOL_KEYS and not traits.tools) or (
                key == "weight" and not traits.weights
            )
            if not told_elsewhere:
                note(MESSAGE_KEY_REFUSED, f"{path}.{clipped(key)}", key=clipped(key))
        elif key not in MESSAGE_KEYS:
            note(MESSAGE_UNKNOWN_KEY, f"{path}.{clipped(key)}", key=clipped(key))
        elif role is not None and message[key] is not None and _ROLE_OF_KEY.get(key, role) != role:
            note(MESSAGE_KEY_ROLE, f"{path}.{key}", key=key, role=role)


def keys_rule(traits: Traits) -> Rule:
    """Keys of each message, and of the example itself in a chat; other forms have keys of their own."""

    def check(example: Example, note: Note) -> None:
        if example.form == "chat":
            _example_keys(example.value, traits, note)
        talk = example.talk
        for index, message in talk.turns:
            _message_keys(f"{talk.path}[{index}]", message, traits, note)

    return Rule(SPECS, check)
