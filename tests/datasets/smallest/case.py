"""What a smallest file is made of."""

import json
from dataclasses import dataclass, field

from bot.datasets.options import Form, Options
from tests.datasets.smallest.sound import sound_lines


@dataclass(frozen=True)
class Case:
    """A file that breaks one rule: `many` sound lines, the lines that break it, `many` sound lines.

    Attributes:
        example: the line that breaks the rule: bytes as they stand, anything else is written as JSON. With `many=0`
            bytes are the whole file as it stands, without a line feed added.
        options: what the file is checked against; `form` is how the sound lines are built.
        many: sound lines before and behind; none is like another.
        more: lines that follow at once on the first, where the rule needs several.
        also: rules that break by nature together with this one.
    """

    example: object
    options: Options = field(default_factory=Options)
    many: int = 9
    more: tuple[object, ...] = ()
    form: Form = "chat"
    also: frozenset[str] = frozenset()

    @property
    def lines(self) -> range:
        """Line numbers of what breaks the rule."""
        return range(self.many + 1, self.many + 2 + len(self.more))

    def data(self) -> bytes:
        """The file."""
        if not self.many and isinstance(self.example, bytes) and not self.more:
            return self.example
        sound = sound_lines(2 * self.many, self.form)
        broken = [written(one) for one in (self.example, *self.more)]
        lines = [*sound[: self.many], *broken, *sound[self.many :]]
        return b"".join(line + b"\n" for line in lines)


def written(value: object) -> bytes:
    """A line: bytes as they are, else JSON."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
