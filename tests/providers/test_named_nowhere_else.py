"""What a service is like stands in its own package: nobody above asks for a service by its name."""

import ast
from pathlib import Path

import bot
import handlers
from providers.registry import kinds

WORDS_AND_DATA = {
    "bot/commands/config_text.py": "forms of settings, in words",
    "bot/config/connection_checks.py": "the service of a connection that names none",
    "bot/config/connections.py": "the service of a connection that names none",
    "bot/datasets/options.py": "rules for data",
    "bot/datasets/rules/prompt_response.py": "rules for data",
    "bot/datasets/services.py": "rules for data",
    "bot/datasets/study/encodings.py": "rules for data",
    "bot/datasets/traits.py": "rules for data",
    "bot/datasets/whole.py": "rules for data",
    "bot/datasets/risk/secret_kinds.py": "kinds of secrets",
    "bot/facts/deployments.py": "ways to call an endpoint",
    "handlers/wording/finding_tables/risk.py": "kinds of secrets, in words",
    "handlers/wording/fixes.py": "words from a service's own table",
    "handlers/wording/snippet.py": "ways to call an endpoint, in words",
}


def named() -> set[str]:
    """Files of `bot` and `handlers` in which a kind of service stands as a text of its own."""
    found = set()
    for package in (bot, handlers):
        root = Path(str(package.__file__)).parent
        for path in root.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)}
            if texts & set(kinds()):
                found.add(path.relative_to(root.parent).as_posix())
    return found


def test_a_service_is_named_only_for_words_and_rules_about_data() -> None:
    assert named() == set(WORDS_AND_DATA)
