"""What tools answer: each call gets its result before the conversation goes on, and each result belongs to a call."""

from dataclasses import dataclass, field

from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, Rule, RuleSpec
from bot.datasets.rules.places import sound
from bot.datasets.rules.sources import CHAT_API, MISTRAL

CALL_UNANSWERED = RuleSpec(
    "call_unanswered",
    "error",
    CHAT_API,
    why="Each call is followed by its result before anyone else speaks; the service refuses the line otherwise.",
)
RESULT_UNASKED = RuleSpec(
    "result_unasked",
    "error",
    CHAT_API,
    ("role",),
    why="A result follows the call that it answers; the service refuses one that stands alone.",
)
RESULT_ID_MISSING = RuleSpec(
    "result_id_missing",
    "error",
    MISTRAL,
    why="Without the id nobody can say which call this answers; the line is refused.",
)
RESULT_ID_UNKNOWN = RuleSpec(
    "result_id_unknown",
    "error",
    MISTRAL,
    why="No call before it has this id, so the service refuses the line.",
)
RESULT_TWICE = RuleSpec(
    "result_twice",
    "error",
    CHAT_API,
    why="The call has its result already; with a second one the service refuses the line.",
)

SPECS = (CALL_UNANSWERED, RESULT_UNASKED, RESULT_ID_MISSING, RESULT_ID_UNKNOWN, RESULT_TWICE)


@dataclass(slots=True)
class _Asked:
    """Calls of one message that wait for results.

    Attributes:
        waiting: path of each call by its id. `answered`: ids that have their result.
        nameless: some call has no id, so any result may be its.
        doubted: a call or a result is not sound and has a finding of its own; nothing is said about the others then.
        results: messages that answered so far.
    """

    path: str
    waiting: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    nameless: bool = False
    doubted: bool = False
    results: int = 0


def _asked(path: str, message: JsonMap) -> _Asked | None:
    calls = message.get("tool_calls")
    if message.get("role") != "assistant" or not calls:
        return None
    asked = _Asked(path, doubted=not isinstance(calls, list))
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        name: JsonValue = call.get("id") if isinstance(call, dict) else ""
        if name is None:
            asked.nameless = True
        elif isinstance(name, str) and name and name not in asked.waiting:
            asked.waiting[name] = f"{path}[{number}]"
        else:
            asked.doubted = True
    return asked


def _result(path: str, message: JsonMap, asked: _Asked | None, note: Note) -> None:
    if asked is None:
        note(RESULT_UNASKED, path, role="tool")
        return
    asked.results += 1
    name = message.get("tool_call_id")
    if not isinstance(name, str) or not name:
        asked.doubted = True
        note(RESULT_ID_MISSING, f"{path}.tool_call_id")
    elif name in asked.waiting:
        del asked.waiting[name]
        asked.answered.add(name)
    elif name in asked.answered:
        note(RESULT_TWICE, f"{path}.tool_call_id")
    elif not asked.nameless and not asked.doubted:
        asked.doubted = True
        note(RESULT_ID_UNKNOWN, f"{path}.tool_call_id")


def _go_on(asked: _Asked | None, note: Note) -> None:
    if asked is None or asked.doubted:
        return
    if asked.nameless:
        if not asked.results:
            note(CALL_UNANSWERED, asked.path)
        return
    for path in asked.waiting.values():
        note(CALL_UNANSWERED, path)


def _check(example: Example, note: Note) -> None:
    talk = example.talk
    if not sound(talk):
        return
    asked: _Asked | None = None
    function_asked = False
    for index, message in talk.turns:
        path, role = f"{talk.path}[{index}]", message["role"]
        if role == "tool":
            _result(path, message, asked, note)
        elif role == "function":
            if not function_asked:
                note(RESULT_UNASKED, path, role="function")
            function_asked = False
        else:
            # Calls at the very end wait for nothing: that they are made is what is learned.
            _go_on(asked, note)
            asked = _asked(f"{path}.tool_calls", message)
            function_asked = role == "assistant" and bool(message.get("function_call"))


RESULTS = Rule(SPECS, _check)
