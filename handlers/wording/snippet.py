"""How programs call a deployment, as code to copy: Python with the `openai` package, and curl. Never a secret."""

import json
import shlex

from bot.facts.deployments import Snippet
from handlers.wording.markup import clip, escape

KEY = "AZURE_OPENAI_API_KEY"
"""The environment variable that the `openai` package reads by itself."""
SERVERLESS_KEY = "ENDPOINT_API_KEY"
"""For all services whose own tools have no name for it."""
DATABRICKS_TOKEN = "DATABRICKS_TOKEN"  # noqa: S105 - the name of a variable, as Databricks' own tools have it
_LONGEST = 300
_HELLO = '{"messages": [{"role": "user", "content": "Hello"}]}'


def python(snippet: Snippet) -> str:
    """A program that asks once."""
    entra = snippet.auth == "entra"
    head = [
        *(
            ["from azure.identity import DefaultAzureCredential, get_bearer_token_provider"]
            if entra
            else ["import os", ""]
        ),
        "from openai import AzureOpenAI" if snippet.style == "azure_openai" else "from openai import OpenAI",
        "",
    ]
    return "\n".join(
        [
            *head,
            *(_dated(snippet) if snippet.style == "azure_openai" else _plain(snippet)),
            "answer = client.chat.completions.create(",
            f"    model={_text(snippet.deployment)},  # the {_what(snippet)}'s name",
            '    messages=[{"role": "user", "content": "Hello"}],',
            ")",
            "print(answer.choices[0].message.content)",
        ]
    )


_DEPLOYMENTS = frozenset({"azure_openai", "azure_v1"})
"""Styles whose deployments are called so; elsewhere they are endpoints."""
_KEYS = {"azure_openai": KEY, "azure_v1": KEY, "databricks": DATABRICKS_TOKEN}


def _what(snippet: Snippet) -> str:
    return "deployment" if snippet.style in _DEPLOYMENTS else "endpoint"


def _dated(snippet: Snippet) -> list[str]:
    sign_in = (
        f"    azure_ad_token_provider={_token(snippet)},"
        if snippet.auth == "entra"
        else f'    api_key=os.environ["{KEY}"],'
    )
    return [
        "client = AzureOpenAI(",
        f"    azure_endpoint={_text(snippet.url)},",
        f"    api_version={_text(snippet.api_version)},",
        sign_in,
        ")",
    ]


def _plain(snippet: Snippet) -> list[str]:
    """OpenAI's own client against an address that speaks like OpenAI."""
    key = _token(snippet) if snippet.auth == "entra" else f'os.environ["{variable(snippet)}"]'
    return ["client = OpenAI(", f"    base_url={_text(_base(snippet))},", f"    api_key={key},", ")"]


def _token(snippet: Snippet) -> str:
    return f"get_bearer_token_provider(DefaultAzureCredential(), {_text(snippet.scope)})"


def variable(snippet: Snippet) -> str:
    """The environment variable that holds the key."""
    return _KEYS.get(snippet.style, SERVERLESS_KEY)


def _base(snippet: Snippet) -> str:
    """The address that the `openai` package takes: it adds `/chat/completions`."""
    base = _clean(snippet.url).rstrip("/")
    ends = {"azure_v1": "/openai/v1", "serverless": "/v1"}
    end = ends.get(snippet.style, "")
    return base if base.endswith(end) else base + end


def curl(snippet: Snippet) -> str:
    """The same from a shell."""
    body = _HELLO
    if snippet.style == "azure_openai":
        base = _clean(snippet.url).rstrip("/")
        path = f"{base}/openai/deployments/{_clean(snippet.deployment)}/chat/completions"
        address = shlex.quote(f"{path}?api-version={_clean(snippet.api_version)}")
    else:
        address = shlex.quote(f"{_base(snippet)}/chat/completions")
        body = json.dumps({"model": _clean(snippet.deployment), **json.loads(_HELLO)}, ensure_ascii=False)
    return "\n".join(
        [
            f"curl {address} \\",
            f"  {_sign_in(snippet)} \\",
            '  -H "Content-Type: application/json" \\',
            f"  -d {shlex.quote(body)}",
        ]
    )


def _sign_in(snippet: Snippet) -> str:
    if snippet.auth == "entra":
        resource = shlex.quote(_clean(snippet.scope).removesuffix("/.default"))
        token = f"$(az account get-access-token --resource {resource} --query accessToken --output tsv)"
        return f'-H "Authorization: Bearer {token}"'
    if snippet.style in _DEPLOYMENTS:
        return f'-H "api-key: ${KEY}"'
    return f'-H "Authorization: Bearer ${variable(snippet)}"'


def block(code: str) -> str:
    """Code as Slack shows it; what would end the block is left out."""
    return f"```\n{escape(code)}\n```"


def _text(value: str) -> str:
    """A string of Python."""
    return json.dumps(_clean(value), ensure_ascii=False)


def _clean(value: str) -> str:
    """One line without what would end a code block, or could not be seen."""
    return clip("".join(mark for mark in value if mark.isprintable() and mark != "`"), _LONGEST)
