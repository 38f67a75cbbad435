"""The manifest for one configuration."""

import json
from importlib.resources import files
from itertools import takewhile
from string import Template

# a shortcut's name may have 24 characters, an app's 35 (contracts/slack.md section 5)
_SHORTCUT_NAME = 24


def manifest(*, command: str, app_name: str, request_url: str | None = None) -> str:
    """The YAML text to paste at Slack.

    `command` with its slash, `app_name` of 1 to 35 characters. With `request_url` Slack calls that address
    (`mode = "http"`), without it the app uses Socket Mode.
    """
    template = Template(files("bot.manifest").joinpath("template.yml").read_text(encoding="utf-8"))
    return template.substitute(
        app_name=_quoted(app_name),
        shortcut_name=_quoted(app_name[:_SHORTCUT_NAME].rstrip()),
        command=_quoted(command),
        command_address=f"\n      url: {_quoted(request_url)}" if request_url else "",
        address=f"\n    request_url: {_quoted(request_url)}" if request_url else "",
        socket_mode="false" if request_url else "true",
    )


def _quoted(value: str) -> str:
    """A JSON string is a YAML string, whatever stands in it."""
    return json.dumps(value, ensure_ascii=False)


def needed_scopes() -> tuple[str, ...]:
    """The bot scopes of the manifest, sorted. The template is ours, so no YAML parser is needed to read them."""
    lines = files("bot.manifest").joinpath("template.yml").read_text(encoding="utf-8").splitlines()
    start = lines.index("    bot:") + 1
    prefix = "      - "
    return tuple(
        sorted(
            line.removeprefix(prefix) for line in takewhile(lambda one: one.startswith(prefix), lines[start:])
        )
    )
