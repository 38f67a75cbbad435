"""Kinds of training file: how an example is found in a line, which rules it is held against, and what it says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.datasets.file_facts import FileFacts
from bot.datasets.options import FORMS, Form
from bot.datasets.rules import preference, prompt_response, reinforcement, text
from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, Rule, Talk
from bot.datasets.rules.chat import ABOUT_DECLARATIONS, chat_rules
from bot.datasets.rules.shape import example_of, reinforcement_of
from bot.datasets.traits import Traits


@dataclass(frozen=True, slots=True)
class Profile:
    """One form.

    Attributes:
        form: its name.
        example: the example in a decoded line, or None with the reason noted.
        rules: what each example is held against, for a service and model.
        texts: what an example says, as (role, text) in its order: contents, parts, calls and outputs; the role of a
            text that nobody speaks is empty. Declared tools are not among them.
    """

    form: Form
    example: Callable[[JsonValue, Note], Example | None]
    rules: Callable[[Traits], tuple[Rule, ...]]
    texts: Callable[[Example], Iterable[tuple[str, str]]]


def profile(form: Form) -> Profile:
    """The profile of `form`."""
    return _PROFILES[form]


def form_of(name: str) -> Form | None:
    """The form behind the name of a profile (`tools` and `vision` are chats); None for an empty name.

    `KeyError` for a name that is none of `bot.datasets.options.PROFILES`.
    """
    return _FORMS[name] if name else None


def refined(form: Form, facts: FileFacts) -> str:
    """The name of the profile for a report: a chat with images is `vision`, one with tools is `tools`."""
    if form != "chat":
        return form
    return "vision" if facts.images else "tools" if facts.tools else "chat"


def _said(talk: Talk) -> Iterator[tuple[str, str]]:
    for _, message in talk.turns:
        role = message.get("role")
        who = role if isinstance(role, str) else ""
        for said in _contents(message):
            yield who, said


def _contents(message: JsonMap) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield part["text"]
    refusal = message.get("refusal")
    if isinstance(refusal, str):
        yield refusal
    yield from _called(message)


def _called(message: JsonMap) -> Iterator[str]:
    """Names and arguments of calls: the model writes them, so they are learned and counted."""
    calls = message.get("tool_calls")
    functions = (
        [one.get("function") for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []
    )
    for function in (*functions, message.get("function_call")):
        if isinstance(function, dict):
            yield from (value for key in ("name", "arguments") if isinstance(value := function.get(key), str))


def _texts(example: Example) -> Iterator[tuple[str, str]]:
    for talk in (example.talk, *example.answers):
        yield from _said(talk)


_PROFILES = {
    one.form: one
    for one in (
        Profile("chat", example_of, chat_rules, _texts),
        Profile(
            "preference",
            preference.preference_of,
            lambda traits: preference.rules(chat_rules(traits), ABOUT_DECLARATIONS),
            _texts,
        ),
        Profile(
            "reinforcement",
            reinforcement_of,
            lambda traits: (reinforcement.REINFORCEMENT, *chat_rules(traits)),
            _texts,
        ),
        Profile("prompt_response", prompt_response.pair_of, prompt_response.rules, prompt_response.texts),
        Profile("text", text.text_of, lambda _: (text.TEXT,), text.texts),
    )
}
_FORMS: dict[str, Form] = {**{form: form for form in FORMS}, "tools": "chat", "vision": "chat"}
