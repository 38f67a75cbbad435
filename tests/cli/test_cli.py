"""Commands as a person calls them: output, errors, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import cli
from bot.commands import config_text, sandbox

ROOT = Path(__file__).parents[2]
CONFIG = """
[slack]
bot_token = "xoxb-secret-bot"
app_token = "xapp-secret-app"
home_team = "T0HOME"
channel = "C0FINETUNE"
command = "/tune"
app_name = "Forge"
[store]
path = "{store}"
[[connections]]
name = "prod-swc"
endpoint = "https://res.openai.azure.com"
key = "secret-key"
"""


def tunesmith(
    *words: str, cwd: Path = ROOT, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, as it is called."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("TUNESMITH_")}
    argv = [sys.executable, "-m", "bot.cli", *words]
    environment = {**base, **(variables or {}), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    return path


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {name}" in shown for name in cli.COMMANDS)


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert "usage: tunesmith" in capsys.readouterr().out


def test_without_a_command_it_shows_help_and_fails() -> None:
    assert cli.main([]) == 2


def test_an_unknown_command_is_wrong_usage() -> None:
    done = tunesmith("trian")
    assert done.returncode == 2
    assert "trian" in done.stderr


def test_help_reads_nothing_that_is_not_needed() -> None:
    """`tunesmith --help` in 0.3 s: no library may be imported for it."""
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom bot import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in set(sys.modules) - before if m.split('.')[0] not in sys.stdlib_module_names], "
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr.replace("'", '"')))
    assert {name.split(".")[0] for name in loaded} == {"bot"}
    assert loaded <= {"bot", "bot.cli", "bot.commands", "bot.commands.base"}


def test_all_mistakes_of_a_configuration_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('[slack]\nchanel = "C1"\nbot_token = "xoxp-secret"\n', encoding="utf-8")
    done = tunesmith("run", "--config", str(file), variables={"TUNESMITH_LOG_LEVEL": "loud"})
    assert done.returncode == 2
    assert done.stdout == ""
    for part in (
        "broken.toml: slack.chanel: this key is not known. Did you mean channel?",
        "broken.toml: slack.bot_token: is not a token that begins with xoxb-. This is a user token.",
        "broken.toml: slack.home_team: is missing.",
        "set TUNESMITH_SLACK_APP_TOKEN",
        "broken.toml: connections: there is none.",
        "TUNESMITH_LOG_LEVEL: has a value that is not known.",
    ):
        assert part in done.stderr
    assert "xoxp-secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_no_configuration_at_all(tmp_path: Path) -> None:
    done = tunesmith("run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("tunesmith.toml: there is no such file.\n    Copy tunesmith.example.toml")


def test_every_code_of_the_configuration_has_words() -> None:
    """Whatever `bot.config` can say, and nothing else, has a sentence."""
    import re

    files = sorted((ROOT / "bot/config").glob("*.py"))
    source = "\n".join(one.read_text(encoding="utf-8") for one in files)
    words = set(re.findall(r'"([a-z0-9_]{3,})"', source))
    assert set(config_text.TEXTS) <= words, "words for codes that nothing gives"
    given = re.findall(
        r'(?:refuse|_matching)\(\s*"([a-z0-9_]+)"|Problem\(\s*[^"()]+(?:\([^)]*\)+)?, "([a-z0-9_]+)"', source
    )
    codes = {one for pair in given for one in pair if one}
    assert len(codes) > 25
    assert codes <= set(config_text.TEXTS)


def test_manifest_has_the_configured_names(config: Path) -> None:
    done = tunesmith("manifest", "--config", str(config))
    assert done.returncode == 0
    assert '- command: "/tune"' in done.stdout
    assert 'display_name: "Forge"' in done.stdout
    assert "secret" not in done.stdout


def test_manifest_for_http_needs_the_address(config: Path) -> None:
    http = {"TUNESMITH_SLACK_MODE": "http", "TUNESMITH_SLACK_SIGNING_SECRET": "sign"}
    assert tunesmith("manifest", "--config", str(config), variables=http).returncode == 2
    url = "https://bot.example/slack/events"
    done = tunesmith("manifest", "--config", str(config), "--request-url", url, variables=http)
    assert done.returncode == 0
    assert done.stdout.count(url) == 3
    assert "socket_mode_enabled: false" in done.stdout


def test_manifest_needs_no_configuration_before_there_is_one(tmp_path: Path) -> None:
    assert tunesmith("manifest", "--default", cwd=tmp_path).returncode == 0
    assert tunesmith("manifest", cwd=tmp_path).returncode == 2


def test_the_sandbox_is_the_bots_parent() -> None:
    options = cli.build_parser("sandbox").parse_args(["sandbox", "--port", "8123"])
    assert sandbox.argv(options, "python3") == [
        *("python3", "-m", "sandbox", "--host", "127.0.0.1", "--port", "8123"),
        *("--", "python3", "-m", "bot.cli", "run"),
    ]
    given = {"PATH": "/bin", "TUNESMITH_SLACK_BOT_TOKEN": "xoxb-real", "TUNESMITH_CONFIG": "real.toml"}
    assert sandbox.environment(given) == {"PATH": "/bin"}


def test_jobs_of_a_bot_that_has_not_run(config: Path) -> None:
    done = tunesmith("jobs", "--config", str(config))
    assert done.returncode == 2
    assert "there is no database yet" in done.stderr
    assert not (config.parent / "t.db").exists()


def test_db_upgrade_makes_the_tables_and_then_has_nothing_to_do(config: Path) -> None:
    first = tunesmith("db", "upgrade", "--config", str(config))
    assert first.returncode == 0, first.stderr
    assert "none ->" in first.stdout
    assert "nothing to do" in tunesmith("db", "upgrade", "--config", str(config)).stdout
    listed = tunesmith("jobs", "--json", "--config", str(config))
    assert json.loads(listed.stdout) == {"jobs": [], "total": 0}
    assert tunesmith("jobs", "--config", str(config)).stdout == "No jobs yet.\n"


def test_a_file_that_is_no_database(config: Path) -> None:
    (config.parent / "t.db").write_bytes(b"not a database, but long enough to be taken for a page" * 50)
    done = tunesmith("jobs", "--config", str(config))
    assert done.returncode == 2
    assert "not a database" in done.stderr
    assert "Traceback" not in done.stderr
