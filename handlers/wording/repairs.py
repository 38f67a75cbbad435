"""What was repaired in a file, in words."""

from collections.abc import Mapping, Sequence

from bot.datasets.repair.kinds import Kind
from handlers.wording import numbers
from handlers.wording.language import pick

_DONE: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "byte_order_mark": "byte-order mark put where the service wants it and cut elsewhere",
        "line_ends": "line ended with a line feed alone",
        "blank_lines": "blank line left out",
        "trailing_comma": "comma before a closing bracket cut",
        "smart_quotes": "curly quotes around keys and texts made straight",
        "functions": "obsolete functions written as tools",
        "trailing_turns": "turns behind the last answer cut",
        "stray_keys": "keys that the service ignores or refuses cut",
    }
}
_NAMES: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "byte_order_mark": "byte-order mark",
        "line_ends": "line ends",
        "blank_lines": "blank lines",
        "trailing_comma": "commas before a bracket",
        "smart_quotes": "curly quotes",
        "functions": "obsolete functions",
        "trailing_turns": "turns behind the last answer",
        "stray_keys": "stray keys",
    }
}
_PROMISES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "byte_order_mark": "the mark is put right",
        "line_ends": "the ends of lines are made alike",
        "blank_lines": "blank lines are left out",
        "trailing_comma": "the comma is cut",
        "smart_quotes": "the quotes are made straight",
        "functions": "they are written as tools",
        "trailing_turns": "what follows the last answer is cut",
        "stray_keys": "the key is cut",
    }
}


def promise(kind: str, locale: str) -> str:
    """What a repair of this kind would do, for the place of the remedy; a kind of another version by its name."""
    return pick(_PROMISES, locale).get(kind, kind.replace("_", " "))


def repair_text(kind: Kind, count: int, lines: Sequence[int], locale: str) -> str:
    """`blank line left out: 3 lines (5, 31, 77)`; of the first lines, what there are more of is only counted."""
    shown = ", ".join(f"{line:,}" for line in lines)
    if count > len(lines):
        shown += ", …"
    return f"{pick(_DONE, locale)[kind]}: {numbers.count(count, 'line', locale)} ({shown})"


def repairable_text(kinds: Mapping[Kind, int], locale: str) -> str:
    """`blank lines 3, stray keys 2`: findings that a repair mends, per kind."""
    return ", ".join(f"{pick(_NAMES, locale)[kind]} {count:,}" for kind, count in kinds.items())
