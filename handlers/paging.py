"""Which page of a list is meant: whose things, from which on, of which connections. Travels in buttons' values."""

from dataclasses import dataclass, replace
from typing import Literal, Self

Scope = Literal["mine", "all"]
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Paged:
    """A page. `where` is a connection or a service, "" = all of them."""

    scope: Scope = "mine"
    offset: int = 0
    where: str = ""

    @classmethod
    def read(cls, value: str) -> Self:
        """What a button carried (`all:10:dbx-eus`); anything else is the first page of mine."""
        scope, _, rest = value.partition(":")
        offset, _, where = rest.partition(":")
        number = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 10 else 0
        return cls("all" if scope == "all" else "mine", number, where[:_LONGEST])

    def at(self, offset: int) -> str:
        """The value of a button for the same list from `offset` on."""
        where = f":{self.where}" if self.where else ""
        return f"{self.scope}:{max(0, offset)}{where}"

    def of(self, scope: Scope) -> str:
        """The value of a button for the first page of somebody else's."""
        return replace(self, scope=scope).at(0) if self.where else scope
