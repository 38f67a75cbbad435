"""Everything that hosting and requirements can be refused with has words that need nothing that is not given."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import providers.azure_ai
from handlers.wording import errors
from handlers.wording.error_tables.azure_ai_hosting import REQUIREMENTS, SENTENCES

FOLDER = Path(str(providers.azure_ai.__file__)).parent
MINE = ("hosting", "endpoints*", "requirements", "marketplace", "vault", "rights")
GIVEN = {
    "vault_role_missing": {"vault", "role_name", "grant_hint"},
    "vault_secret_deleted": {"vault", "secret"},
}
"""Params that the errors carry, beyond what every one has (tests/providers/azure_ai/test_vault.py holds them to it)."""
REQUIRED = {"region": {"region", "regions"}, "marketplace_failed": {"status"}, "key_vault": {"role"}}


def sources() -> Iterator[Path]:
    for pattern in MINE:
        yield from FOLDER.glob(f"{pattern}.py")


def texts() -> set[str]:
    """All literals of these modules."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources()]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_no_words_are_left_over() -> None:
    assert len(list(sources())) >= 8
    used = texts()
    assert set(SENTENCES["en"]) - used == set()
    # `marketplace_suspended` and `marketplace_failed` are put together from a standing.
    built = {f"marketplace_{one}" for one in ("suspended", "failed") if one in used}
    assert set(REQUIREMENTS["en"]) - used - built == set()


def test_every_code_of_ours_has_words_somewhere() -> None:
    pattern = re.compile(r"(?:marketplace|vault|network|region|endpoint)_[a-z_]+")
    ours = {text for text in texts() if pattern.fullmatch(text)} - {"marketplace_", "network_provider"}
    assert len(ours) > 6
    assert {code for code in ours if code not in SENTENCES["en"] and not errors.is_known(code)} == set()


@pytest.mark.parametrize("code", sorted(SENTENCES["en"]))
def test_sentences_name_only_what_is_given(code: str) -> None:
    named = set(re.findall(r"{(\w+)}", " ".join(SENTENCES["en"][code])))
    assert named <= {"service", "vault"} | GIVEN.get(code, set())


@pytest.mark.parametrize("id_", sorted(REQUIREMENTS["en"]))
def test_requirements_name_only_what_is_given(id_: str) -> None:
    happened, meaning, remedy = REQUIREMENTS["en"][id_]
    named = set(re.findall(r"{(\w+)}", f"{happened} {meaning} {remedy}"))
    assert named <= {"service", "what"} | REQUIRED.get(id_, set())
    assert not happened.endswith(".")
    assert meaning.endswith(".")
    assert remedy.endswith(".")
