"""An example as the repairs see it: its values, and where they stand in the line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.datasets.options import Form
from bot.datasets.repair.spans import Member, Span, elements, members, whole
from bot.datasets.rules.base import JsonMap, JsonValue
from bot.datasets.rules.shape import other_form

_ANSWERS = ("preferred_output", "non_preferred_output")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: its value, and where it stands."""

    line: bytes
    value: JsonMap
    span: Span

    @property
    def role(self) -> str:
        """Who speaks; empty when that is no text."""
        role = self.value.get("role")
        return role if isinstance(role, str) else ""

    @property
    def members(self) -> Sequence[Member]:
        """Its keys and values in the order of the line. They are looked for anew each time."""
        return members(self.line, self.span)

    def member(self, key: str) -> Member:
        """The member of this name. `KeyError` when there is none."""
        return _named(self.members, key)


@dataclass(frozen=True, slots=True)
class Talk:
    """One list of messages, all of them objects; `first` is the place of its first one in the whole conversation."""

    turns: Sequence[Turn]
    first: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """An example of a line without a key that is there twice.

    Attributes:
        line: its bytes.
        holder: the object that tools are declared in: the example, or the `input` of a preference example.
        members: those of `holder`.
        talks: the conversation, and of a preference example the two answers to it.
    """

    line: bytes
    holder: JsonMap
    members: Sequence[Member]
    talks: Sequence[Talk]

    def member(self, key: str) -> Member:
        """The member of `holder` of this name. `KeyError` when there is none."""
        return _named(self.members, key)


def written(line: bytes, value: JsonValue, form: Form) -> Written | None:
    """The parts of a sound line, None when it is not an example of that form, or the form has no messages.

    Args:
        line: sound JSON without a key that is there twice.
        value: what a parser made of it.
        form: how it should be built.
    """
    if not isinstance(value, dict) or other_form(value, form) is not None:
        return None
    span = whole(line)
    top = members(line, span)
    if form == "chat":
        turns = _turns(line, value, top, "messages")
        return None if turns is None else Written(line, value, top, (Talk(turns),))
    inner = value.get("input")
    if form != "preference" or not isinstance(inner, dict):
        return None
    held = members(line, _named(top, "input").value)
    turns = _turns(line, inner, held, "messages")
    if turns is None:
        return None
    answers = (_turns(line, value, top, key) for key in _ANSWERS)
    talks = (Talk(turns), *(Talk(answer, len(turns)) for answer in answers if answer is not None))
    return Written(line, inner, held, talks)


def messages_of(value: JsonMap, form: Form) -> Iterator[JsonMap]:
    """All messages of a decoded line that are objects, wherever the form has them."""
    inner = value.get("input") if form == "preference" else value
    lists = [inner.get("messages") if isinstance(inner, Mapping) else None]
    if form == "preference":
        lists += [value.get(key) for key in _ANSWERS]
    for found in lists:
        if isinstance(found, list):
            yield from (one for one in found if isinstance(one, dict))


def _turns(line: bytes, holder: JsonMap, held: Sequence[Member], key: str) -> list[Turn] | None:
    listed = holder.get(key)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        return None
    spans = elements(line, _named(held, key).value)
    return [Turn(line, message, span) for message, span in zip(listed, spans, strict=True)]


def _named(listed: Sequence[Member], key: str) -> Member:
    for one in listed:
        if one.key == key:
            return one
    raise KeyError(key)
