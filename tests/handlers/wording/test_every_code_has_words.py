"""Every code that the program raises has sentences: nobody is ever shown a bare code."""

import ast
from pathlib import Path

import bot
import handlers
from handlers.wording import errors

RAISED = frozenset(
    {
        "BotError",
        "ChatRefused",
        "ChatThrottled",
        "ChatUnavailable",
        "ChatUnknown",
        "Denied",
        "FileProblem",
        "HelperError",
        "Invalid",
        "NotThere",
        "WrongState",
    }
)


def raised() -> set[str]:
    """Codes that stand as literals where an error of `bot.errors` is made."""
    found: set[str] = set()
    for package in (bot, handlers):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                    continue
                code = node.args[0]
                if node.func.id in RAISED and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.add(code.value)
    return found


def test_every_code_that_is_raised_has_words() -> None:
    codes = raised()
    assert {"not_owner", "suffix_long", "login_page"} <= codes, "the search finds nothing any more"
    assert sorted(code for code in codes if not errors.is_known(code)) == []
