"""Reading bodies strictly: what is missing, of the wrong type or of no meaning is collected as sentences."""

import re
from collections.abc import Iterable
from typing import Any, Final

from sandbox.azure_ml import errors

NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}")
ENDPOINT_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,51}")


class Fields:
    """One object of a body; `at` is where it stands, `problems` is shared by all objects of the body."""

    def __init__(self, value: Any, at: str, problems: list[str]) -> None:
        self.at, self.problems = at, problems
        if not isinstance(value, dict):
            problems.append(f"The {at or 'body'} field is required and must be an object.")
            value = {}
        self.value: dict[str, Any] = value

    def below(self, name: str) -> "Fields":
        """A required object in this one."""
        return Fields(self.value.get(name), self._at(name), self.problems)

    def text(self, name: str, *, needed: bool = False) -> str | None:
        """A string."""
        value = self.value.get(name)
        if value is None:
            if needed:
                self.problems.append(f"The {self._at(name)} field is required.")
            return None
        if not isinstance(value, str) or (needed and not value.strip()):
            self.problems.append(f"The {self._at(name)} field must be a string that is not empty.")
            return None
        return value

    def word(self, name: str, known: Iterable[str], *, needed: bool = False) -> str | None:
        """One of some words. Case does not count: the official client sends `chatCompletion`."""
        value = self.text(name, needed=needed)
        words = {one.lower(): one for one in known}
        if value is None:
            return None
        if value.lower() not in words:
            at, allowed = self._at(name), ", ".join(words.values())
            self.problems.append(f"Error converting value '{value}' of {at}; allowed: {allowed}.")
            return None
        self.value[name] = words[value.lower()]
        return words[value.lower()]

    def flag(self, name: str) -> bool:
        """A boolean; False when absent."""
        value = self.value.get(name, False)
        if value is not None and not isinstance(value, bool):
            self.problems.append(f"The {self._at(name)} field must be true or false.")
        return value is True

    def texts(self, name: str) -> dict[str, str]:
        """A map of strings; empty when absent."""
        value = self.value.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            self.problems.append(f"The {self._at(name)} field must map strings to strings.")
            return {}
        return dict(value)

    def only(self, *known: str) -> None:
        """Refuse every other field."""
        for name in sorted(set(self.value) - set(known)):
            self.problems.append(f"Could not find member '{self._at(name)}' on the object.")

    def _at(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at else name


def settled(problems: list[str]) -> None:
    """Raises ArmError (ValidationError) if there are problems."""
    if problems:
        raise errors.malformed(problems)


def checked_name(kind: str, name: str, pattern: re.Pattern[str] = NAME) -> str:
    """The name. Raises ArmError (ValidationError) for one that is not allowed."""
    if not pattern.fullmatch(name):
        raise errors.malformed([f"{kind} name '{name}' does not match the pattern ^{pattern.pattern}$."])
    return name
