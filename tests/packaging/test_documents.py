"""README, set-up guide and example say what the code does: scopes, keys, commands, links."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.cli import COMMANDS
from bot.config.settings import Settings
from bot.config.translate import known_keys
from handlers.surface import SURFACE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = (ROOT / "docs" / "setup.md").read_text(encoding="utf-8")
TABLES = {table: known_keys((table,)) for table in Settings.model_fields}


def section(title: str) -> str:
    """The README's text below a heading, down to the next one."""
    return re.split(r"^##+ ", README.split(f"{title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_table_of_scopes_is_complete() -> None:
    rows = re.findall(
        r"^\| (`[^|]+) \| ([^|]+) \| ([^|]+) \|$", section("### Scopes: what each is for"), re.MULTILINE
    )
    told = {scope for names, _, _ in rows for scope in re.findall(r"`([^`]+)`", names)}
    assert told == {*SURFACE.scopes, *SURFACE.app_scopes}


@pytest.mark.parametrize("table", list(TABLES))
def test_every_key_is_in_the_readme_and_no_other(table: str) -> None:
    (row,) = re.findall(rf"^\| `\[+{table}\]+` \| (.*) \|$", section("## Configuration"), re.MULTILINE)
    if table == "roles":
        assert set(re.findall(r"`(\w+)`", row)) - {"everyone", "users", "groups"} == set(TABLES[table])
    else:
        assert set(re.findall(r"`(\w+)`", row)) >= set(TABLES[table]) - {"url"}
        assert set(re.findall(r"`(\w+)`", row)) <= set(TABLES[table])


@pytest.mark.parametrize("table", list(TABLES))
def test_every_key_is_in_the_guide(table: str) -> None:
    for key in set(TABLES[table]) - {"url"}:
        assert re.search(rf"`({table}\.)?{key}\b", SETUP), f"docs/setup.md does not tell of {table}.{key}"


def test_defaults_in_the_guide_are_the_defaults() -> None:
    defaults = {}
    for table, info in Settings.model_fields.items():
        section_class = info.annotation
        if isinstance(section_class, type) and issubclass(section_class, BaseModel):
            for name, one in section_class.model_fields.items():
                defaults[f"{table}.{one.alias or name}"] = one.default
    told = re.findall(r"^\| `(?:([a-z]+)\.)?([a-z_]+)` \| `([^`|]+)` \|", SETUP, re.MULTILINE)
    assert len(told) >= 8
    for table, key, shown in told:
        default = defaults[f"{table or 'slack'}.{key}"]
        text = str(default).lower() if isinstance(default, bool) else str(default)
        if isinstance(default, tuple):
            text = str(list(default))
        assert shown.strip('"') == text, key


def test_every_command_is_in_the_readme() -> None:
    told = set(re.findall(r"^\| `tunesmith (\w+)", section("## The program"), re.MULTILINE))
    assert told == set(COMMANDS)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/setup.md"])
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), f"{document}: {target}"
