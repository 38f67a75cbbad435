"""Training files for the tests: built here, so that each test shows what it breaks."""

import json
from collections.abc import Mapping, Sequence

from bot.datasets.checker import Checker
from bot.datasets.options import Options
from bot.datasets.report import Report

Message = dict[str, object]
QUESTION: Message = {"role": "user", "content": "Where is my parcel?"}
ANSWER: Message = {"role": "assistant", "content": "It left the depot this morning."}


def chat(*messages: object, **more: object) -> dict[str, object]:
    """One example with these messages, a sound pair by default."""
    return {"messages": list(messages) or [QUESTION, ANSWER], **more}


def line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


GOOD = line(chat())


def sound(count: int, first: int = 0) -> list[bytes]:
    """Lines in which nothing is wrong, each with another question."""
    return [
        line(
            chat(
                {**QUESTION, "content": f"Where is parcel {number}?"},
                {**ANSWER, "content": f"Parcel {number} left the depot this morning."},
            )
        )
        for number in range(first, first + count)
    ]


def jsonl(*lines: bytes) -> bytes:
    """A file of these lines between nine and fifty sound ones, so that only they are wrong."""
    return b"".join(one + b"\n" for one in (*sound(9), *lines, *sound(50, 9)))


def checked(data: bytes, options: Options | None = None, piece: int | None = None) -> Report:
    """Check `data`, fed in pieces of `piece` bytes."""
    checker = Checker(options or Options())
    step = piece or max(1, len(data))
    for start in range(0, len(data), step):
        checker.feed(data[start : start + step])
    return checker.finish()


def found(report: Report) -> list[tuple[str, int | None, str]]:
    return [(one.rule, one.line, one.path) for one in report.findings]


def only(report: Report) -> tuple[str, int | None, str, Mapping[str, object]]:
    """The one finding there is."""
    assert len(report.findings) == 1, found(report)
    one = report.findings[0]
    return one.rule, one.line, one.path, one.params


def rules(report: Report) -> Sequence[str]:
    return sorted(report.totals)
