"""Everything that is written to the audit has words, and no words are for what is never written."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from bot.facts.jobs import OurState
from bot.facts.requests import Decision
from handlers.wording.looking_back import _ACTIONS, action

ROOT = Path(__file__).parents[3]
AREAS = ("request", "vote", "deployment", "job", "dataset", "clean", "task")
SENDS = frozenset({"record", "audit", "_record", "_audit", "_told"})
FILLED = {
    "vote.": get_args(Decision),
    "job.": (*get_args(OurState), "pause", "resume", "cancel"),
    "request.": ("approved", "rejected", "expired", "withdrawn"),
    "dataset.": ("ready", "refused"),
    "clean.": ("file", "job", "model"),
    "task.": ("retry", "drop"),
    "job.uncertain_": ("found", "again", "giveup"),
}
"""What the changing end of a name can be."""


def recorded() -> Iterator[str]:
    """The names of actions in all calls that write to the audit."""
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers/listeners").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in SENDS:
                for given in (*node.args, *(one.value for one in node.keywords)):
                    yield from _names(given)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _names(given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.IfExp):
        yield from (*_names(given.body), *_names(given.orelse))
    text = given.value if isinstance(given, ast.Constant) else None
    if isinstance(text, str) and "." in text and text.partition(".")[0] in AREAS:
        yield text
    if isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.Constant):
        begin = str(given.values[0].value)
        if begin.partition(".")[0] in AREAS:
            yield from (f"{begin}{end}" for end in FILLED[begin])


def test_every_action_has_words() -> None:
    found = set(recorded())
    assert len(found) > 40
    assert found - set(_ACTIONS["en"]) == set()


def test_no_words_without_an_action() -> None:
    assert set(_ACTIONS["en"]) - set(recorded()) == set()


def test_an_action_without_words_is_shown_by_its_name() -> None:
    assert action("job.teleported <!channel>", "en") == "job.teleported &lt;!channel&gt;"
