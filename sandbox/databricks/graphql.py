"""As much of GraphQL as the fine-tuning endpoint needs: one operation with variables and one field (contract 1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# A scalar, or the fields of an object.
Shape = dict[str, "Shape | None"]

_TOKEN: Final = re.compile(r"[\s,]+|([A-Za-z_]\w*|[{}():$!\[\]])")
_DEEPEST: Final = 8


class GraphError(Exception):
    """A failure inside GraphQL, answered with HTTP 200; `code` is an HTTP status (contract 1)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def body(self) -> dict[str, Any]:
        """The envelope."""
        return {"errors": [{"message": self.message, "extensions": {"code": self.code}}], "data": None}


@dataclass(frozen=True, slots=True)
class Field:
    """What an operation offers: `arguments` by name with their type ("!" at its end: required)."""

    kind: str
    arguments: Mapping[str, str]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed request: `declared` are the variables' types, `arguments` the variable of each argument."""

    kind: str
    function: str
    declared: Mapping[str, str]
    arguments: Mapping[str, str]
    selection: Shape


def parse(text: Any) -> Document:
    """Raises GraphError (400) for anything but one operation with one field."""
    if not isinstance(text, str):
        raise GraphError(400, "Must provide query string.")
    return _Parser(text).document()


def arguments_of(document: Document, fields: Mapping[str, Field], variables: Any) -> dict[str, Any]:
    """The values of the arguments. Raises GraphError (400) when anything does not fit the schema."""
    field = fields.get(document.function)
    if field is None or field.kind != document.kind:
        kind = document.kind.title()
        raise GraphError(400, f'Cannot query field "{document.function}" on type "{kind}".')
    _check(document.selection, field.shape, document.function)
    if not isinstance(variables, dict):
        raise GraphError(400, "Variables are invalid JSON.")
    for name in variables:
        if name not in document.declared:
            raise GraphError(400, f'Variable "${name}" is not declared.')
    values: dict[str, Any] = {}
    for name, kind in field.arguments.items():
        variable = document.arguments.get(name)
        if variable is None:
            if kind.endswith("!"):
                raise GraphError(
                    400, f'Field "{document.function}" argument "{name}" of type "{kind}" is required.'
                )
            continue
        declared = document.declared.get(variable)
        if declared is None or declared.rstrip("!") != kind.rstrip("!"):
            raise GraphError(400, f'Variable "${variable}" is used in a position that expects type "{kind}".')
        value = variables.get(variable)
        if value is None and (kind.endswith("!") or declared.endswith("!")):
            raise GraphError(400, f'Variable "${variable}" of required type "{declared}" was not provided.')
        values[name] = value
    unknown = next((name for name in document.arguments if name not in field.arguments), None)
    if unknown is not None:
        raise GraphError(400, f'Unknown argument "{unknown}" on field "{document.function}".')
    return values


def cut(value: Any, selection: Shape) -> Any:
    """The selected fields of an answer."""
    if isinstance(value, list):
        return [cut(item, selection) for item in value]
    if value is None or not selection:
        return value
    return {
        name: value.get(name) if below is None else cut(value.get(name), below)
        for name, below in selection.items()
    }


def only(value: Any, *names: str, what: str) -> dict[str, Any]:
    """An object that may have only these keys. Raises GraphError (400)."""
    if not isinstance(value, dict):
        raise GraphError(400, f"Expected type {what} to be an object.")
    unknown = next((name for name in value if name not in names), None)
    if unknown is not None:
        raise GraphError(400, f'Field "{unknown}" is not defined by type {what}.')
    return value


def _check(selection: Shape, shape: Shape, where: str) -> None:
    for name, below in selection.items():
        if name not in shape:
            raise GraphError(400, f'Cannot query field "{name}" on "{where}".')
        known = shape[name]
        if (below is None) != (known is None):
            raise GraphError(400, f'The selection of field "{name}" does not fit its type.')
        if below is not None and known is not None:
            _check(below, known, name)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def document(self) -> Document:
        kind = self._take()
        if kind not in {"query", "mutation"}:
            raise _syntax(kind)
        self._name()
        declared: dict[str, str] = {}
        if self._peek() == "(":
            self._expect("(")
            while self._peek() != ")":
                self._expect("$")
                name = self._name()
                self._expect(":")
                declared[name] = self._type()
            self._expect(")")
        self._expect("{")
        function = self._name()
        arguments = self._arguments()
        selection = self._selection(0)
        self._expect("}")
        if self._at != len(self._tokens):
            raise _syntax(self._peek())
        return Document(kind, function, declared, arguments, selection)

    def _arguments(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self._peek() == "(":
            self._expect("(")
            while self._peek() != ")":
                name = self._name()
                self._expect(":")
                self._expect("$")
                found[name] = self._name()
            self._expect(")")
        return found

    def _selection(self, depth: int) -> Shape:
        if depth > _DEEPEST:
            raise _syntax("{")
        self._expect("{")
        found: Shape = {}
        while self._peek() != "}":
            name = self._name()
            found[name] = self._selection(depth + 1) if self._peek() == "{" else None
        self._expect("}")
        if not found:
            raise _syntax("}")
        return found

    def _type(self) -> str:
        if self._peek() == "[":
            self._expect("[")
            inner = self._type()
            self._expect("]")
            found = f"[{inner}]"
        else:
            found = self._name()
        if self._peek() == "!":
            self._expect("!")
            found += "!"
        return found

    def _name(self) -> str:
        token = self._take()
        if not token.isidentifier():
            raise _syntax(token)
        return token

    def _expect(self, wanted: str) -> None:
        token = self._take()
        if token != wanted:
            raise _syntax(token)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _syntax(text[at])
        if found[1]:
            tokens.append(found[1])
        at = found.end()
    return tokens


def _syntax(token: str) -> GraphError:
    shown = f'"{token}"' if token else "<EOF>"
    return GraphError(400, f"Syntax Error: Unexpected {shown}.")
