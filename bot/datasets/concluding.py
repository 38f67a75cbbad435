"""From what the passes found to a report."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.datasets import plain, profiles, services, tokens, whole
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Findings
from bot.datasets.gathered import Gathered
from bot.datasets.options import Options
from bot.datasets.report import Report, Tokens
from bot.datasets.rules.roles import ROLES
from bot.datasets.sampling import Sampling

Reread = Callable[[Sequence[int]], Mapping[int, bytes]]


class Harvest(NamedTuple):
    """What one pass, or several joined, found in a file."""

    findings: Findings
    facts: FileFacts
    gathered: Gathered
    sampling: Sampling
    over_limit: int = 0


def conclude(
    options: Options, harvest: Harvest, *, reread: Reread | None, sha256: str, seconds: float
) -> Report:
    """Judge the file and the set as wholes, and write the report."""
    from bot.datasets.sets.judge import judge_set

    findings, facts, gathered = harvest.findings, harvest.facts, harvest.gathered
    traits = services.traits(options.service, options.model)
    mark = 3 if facts.has_bom else 0
    fed = max(0, facts.bytes - mark + facts.ends_open)
    units = harvest.sampling.tokens_per(fed)
    if facts.plain and facts.examples:
        plain.judge(facts, options, tokens.tokens(units), findings.at(None))
    else:
        whole.judge(facts, options, traits, findings.at(None))
    systems = 0
    if facts.examples and not facts.plain:
        gathered.sample = harvest.sampling.texts()
        systems = judge_set(gathered, facts, findings.at, reread, minimum=options.min_examples).systems
    counts = findings.counts
    return Report(
        ok=counts["error"] == 0,
        profile=profiles.refined(facts.form, facts),
        service=options.service,
        model=options.model,
        bytes=facts.bytes,
        lines=facts.lines,
        examples=facts.examples,
        turns=_turns(gathered.roles),
        counts=counts,
        findings=findings.kept,
        totals=findings.totals,
        tokens=Tokens(tokens.tokens(units), exact=False, over_limit=harvest.over_limit),
        has_bom=facts.has_bom,
        sha256=sha256,
        seconds=seconds,
        repairable=findings.repairable,
        systems=systems,
    )


def _turns(roles: Mapping[str, int]) -> dict[str, int]:
    """Messages per role; whatever else stands where a role should is counted together and not repeated."""
    turns = {role: roles[role] for role in ROLES if role in roles}
    others = sum(roles.values()) - sum(turns.values())
    return turns | ({"other": others} if others else {})
