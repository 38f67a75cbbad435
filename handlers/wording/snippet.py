"""How programs call a deployment, as code to copy: Python with the `openai` package, and curl. Never a secret."""

import json
import shlex

from bot.facts.deployments import Snippet
from handlers.wording.markup import clip, escape

KEY = "AZURE_OPENAI_API_KEY"
"""The environment variable that the `openai` package reads by itself."""
_LONGEST = 300


def python(snippet: Snippet) -> str:
    """A program that asks once."""
    entra = snippet.auth == "entra"
    head = [
        *(
            ["from azure.identity import DefaultAzureCredential, get_bearer_token_provider"]
            if entra
            else ["import os", ""]
        ),
        "from openai import AzureOpenAI",
        "",
    ]
    sign_in = (
        f"    azure_ad_token_provider=get_bearer_token_provider(DefaultAzureCredential(), {_text(snippet.scope)}),"
        if entra
        else f'    api_key=os.environ["{KEY}"],'
    )
    return "\n".join(
        [
            *head,
            "client = AzureOpenAI(",
            f"    azure_endpoint={_text(snippet.url)},",
            f"    api_version={_text(snippet.api_version)},",
            sign_in,
            ")",
            "answer = client.chat.completions.create(",
            f"    model={_text(snippet.deployment)},  # the deployment's name",
            '    messages=[{"role": "user", "content": "Hello"}],',
            ")",
            "print(answer.choices[0].message.content)",
        ]
    )


def curl(snippet: Snippet) -> str:
    """The same from a shell."""
    base = _clean(snippet.url).rstrip("/")
    path = f"{base}/openai/deployments/{_clean(snippet.deployment)}/chat/completions"
    address = shlex.quote(f"{path}?api-version={_clean(snippet.api_version)}")
    if snippet.auth == "entra":
        resource = shlex.quote(_clean(snippet.scope).removesuffix("/.default"))
        token = f"$(az account get-access-token --resource {resource} --query accessToken --output tsv)"
        sign_in = f'-H "Authorization: Bearer {token}"'
    else:
        sign_in = f'-H "api-key: ${KEY}"'
    return "\n".join(
        [
            f"curl {address} \\",
            f"  {sign_in} \\",
            '  -H "Content-Type: application/json" \\',
            '  -d \'{"messages": [{"role": "user", "content": "Hello"}]}\'',
        ]
    )


def block(code: str) -> str:
    """Code as Slack shows it; what would end the block is left out."""
    return f"```\n{escape(code)}\n```"


def _text(value: str) -> str:
    """A string of Python."""
    return json.dumps(_clean(value), ensure_ascii=False)


def _clean(value: str) -> str:
    """One line without what would end a code block, or could not be seen."""
    return clip("".join(mark for mark in value if mark.isprintable() and mark != "`"), _LONGEST)
