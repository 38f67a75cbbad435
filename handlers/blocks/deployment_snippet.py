"""How programs call a deployment: endpoint, name, api-version, and code to copy."""

from bot.chat import Rendered
from bot.facts.deployments import DeploymentFacts
from handlers.blocks.primitives import Block, as_message, footer, section
from handlers.wording import deployments as words
from handlers.wording import snippet as code
from handlers.wording.deployments_told import say
from handlers.wording.markup import bold, fallback, inline
from handlers.wording.markup import code as span


def build(one: DeploymentFacts, locale: str) -> Rendered:
    """The answer to *How to call it*; of one that cannot be called, how it stands."""
    title = bold(words.title(one))
    if one.snippet is None:
        headline = words.headline(one, locale)
        return Rendered(fallback(headline), as_message([section(headline)]))
    told = explained(one, locale)
    return Rendered(fallback(title, told), as_message([section(f"{title}\n{told}"), *blocks(one)]))


def explained(one: DeploymentFacts, locale: str) -> str:
    """That nothing secret is in it, and how programs sign in."""
    snippet = one.snippet
    if snippet is None or snippet.auth == "key":
        told = say("live_call", locale)
    else:
        told = say("live_call_entra" if snippet.auth == "entra" else "live_call_token", locale)
    return f"{told} {_key(one, locale)}".strip()


def _key(one: DeploymentFacts, locale: str) -> str:
    """Where the key is: its name in the Key Vault, or the command that reads it; never the key.

    What could not be put into the Key Vault is read at the service itself.
    """
    snippet = one.snippet
    if snippet is None:
        return ""
    if one.key_problem is not None:
        command = snippet.key_direct or snippet.key_command
        return say("key_command", locale, command=span(command, 300)) if command else ""
    if snippet.key_secret:
        vault = inline(snippet.key_vault.removeprefix("https://"), 120)
        return say("key_vault", locale, secret=span(snippet.key_secret, 127), vault=vault)
    return say("key_command", locale, command=span(snippet.key_command, 300)) if snippet.key_command else ""


def blocks(one: DeploymentFacts) -> list[Block]:
    """The code, and its parts in small print; nothing without a snippet."""
    snippet = one.snippet
    if snippet is None:
        return []
    return [
        section(code.block(code.python(snippet))),
        section(code.block(code.curl(snippet))),
        *footer(
            span(snippet.url, 300),
            span(snippet.deployment),
            *([span(snippet.api_version, 60)] if snippet.api_version else []),
        ),
    ]
