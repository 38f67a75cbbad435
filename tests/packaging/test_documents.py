"""README, set-up guide and example say what the code does: scopes, keys, commands, links."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.cli import COMMANDS
from bot.config.settings import Settings
from bot.config.translate import known_keys
from handlers.surface import SURFACE
from providers.azure_ai.settings import AzureAISettings
from providers.databricks.settings import DatabricksSettings
from providers.registry import kinds, service

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = (ROOT / "docs" / "setup.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "tunesmith.example.toml").read_text(encoding="utf-8")
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


def part_of_the_guide(kind: str) -> str:
    """The set-up guide's text about a service, its options and rights included."""
    return re.split(
        r"^##+ ", SETUP.split(f"\n### {service(kind).label}\n", 1)[1], maxsplit=1, flags=re.MULTILINE
    )[0]


@pytest.mark.parametrize("kind", kinds())
def test_every_option_of_a_service_is_in_its_part_of_the_guide_and_no_other(kind: str) -> None:
    part, known = part_of_the_guide(kind), service(kind)
    rows = re.findall(r"^\| (`options\.[^|]+) \|", part, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`options\.(\w+)`", row)]
    assert sorted(told) == sorted(known.keys)
    assert f'`provider = "{kind}"`' in part
    for auth in known.auths:
        assert re.search(rf'`(auth = )?"{auth}"`', part), f"docs/setup.md: {kind} signs in with {auth}"
    for group in known.groups:
        assert f"`{group}`" in part, f"docs/setup.md: {kind} has the group {group}"


@pytest.mark.parametrize("kind", kinds())
def test_a_required_option_is_called_required_and_no_other(kind: str) -> None:
    """What the service calls missing without any option."""
    known = service(kind)
    needed = {
        name for name, word in known.wrong({"endpoint": "https://a.example"}).items() if word == "missing"
    }
    told = set(re.findall(r"^\| `options\.(\w+)` \| required \|", part_of_the_guide(kind), re.MULTILINE))
    assert told == needed & known.keys


def example_of(kind: str) -> str:
    """The example's connection to a service, with what is commented out put in."""
    text = re.sub(r"^# (?=\S+ = |\[)", "", EXAMPLE, flags=re.MULTILINE)
    tables = re.split(r"^(?=\[\[)", text, flags=re.MULTILINE)
    (found,) = [one for one in tables if one.startswith("[[connections]]") and f'provider = "{kind}"' in one]
    return found


@pytest.mark.parametrize("kind", kinds())
def test_the_example_shows_each_service_with_its_options(kind: str) -> None:
    (one,) = tomllib.loads(example_of(kind))["connections"]
    known = service(kind)
    assert set(one.get("options", {})) <= known.keys
    assert one["auth"] in known.auths
    given = {**one.get("options", {}), **one, "key": "k"}
    assert known.wrong(given) == {}, "what stands there works"


def test_defaults_in_the_guide_are_the_defaults() -> None:
    defaults = {}
    for table, info in Settings.model_fields.items():
        section_class = info.annotation
        if isinstance(section_class, type) and issubclass(section_class, BaseModel):
            for name, one in section_class.model_fields.items():
                defaults[f"{table}.{one.alias or name}"] = one.default
    for model in (AzureAISettings, DatabricksSettings):
        defaults |= {f"options.{name}": one.default for name, one in model.model_fields.items()}
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


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/setup.md",
        "docs/design.md",
        "docs/providers.md",
    ],
)
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), f"{document}: {target}"
