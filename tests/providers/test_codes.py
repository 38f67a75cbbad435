"""The codes that are raised are the codes that are listed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import providers
from providers import errors
from providers.codes import CODES

ERRORS = {
    name for name, item in vars(errors).items() if isinstance(item, type) and issubclass(item, Exception)
}
SOURCES = sorted(Path(providers.__file__).parent.rglob("*.py"))


def literals(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def raised() -> Iterator[tuple[str, str]]:
    """Codes given literally to an error, with the file they stand in; of a choice, both sides."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            code = node.args[0]
            sides = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            if node.func.id in ERRORS:
                yield from ((text, source.name) for side in sides for text in literals(side))


def test_every_code_that_is_raised_is_listed() -> None:
    found = set(raised())
    assert len(found) > 20
    assert {(code, file) for code, file in found if code not in CODES and code.islower()} == set()


def test_every_listed_code_is_used_somewhere() -> None:
    used = {
        text
        for source in SOURCES
        if source.name != "codes.py"
        for text in literals(ast.parse(source.read_text()))
    }
    assert set(CODES) - used == set()
