"""Holds examples against the rules about messages alone, without a file around them."""

from bot.datasets.findings import Findings
from bot.datasets.report import Finding
from bot.datasets.rules.chat import chat_rules
from bot.datasets.rules.shape import example_of
from bot.datasets.services import traits as traits_of
from bot.datasets.traits import Traits


def judged(value: object, traits: Traits | None = None) -> tuple[Finding, ...]:
    """What the rules find in one chat example."""
    findings = Findings()
    note = findings.at(1)
    example = example_of(value, note)
    assert example is not None
    for rule in chat_rules(traits or traits_of("azure_openai")):
        rule.check(example, note)
    return findings.kept


def rules_of(value: object, traits: Traits | None = None) -> list[str]:
    """Their ids, in the order of the rules."""
    return [one.rule for one in judged(value, traits)]


def places(value: object, traits: Traits | None = None) -> list[tuple[str, str]]:
    """Their ids and paths."""
    return [(one.rule, one.path) for one in judged(value, traits)]
