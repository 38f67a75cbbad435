"""When a service deletes a deployment by itself, and what is to be said about that now. Pure (DESIGN section 7).

A spell is an unbroken time in which a deployment goes towards its deletion. It ends when what the deletion is counted
from moves *forward* by more than a bucket of the measurements. Buckets and clocks move back as well: that makes the
deletion earlier and warns accordingly, and repeats nothing (contracts/azure_openai.md section 3.2, MODEL "Traps").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.config.approvals import WatchSettings
from bot.working_hours import Hours
from providers.hosting import ExpiryRule

NUDGE = "nudge"
URGENT = timedelta(hours=24)
"""Only a deletion within this time is told outside of working hours."""
SAME_BIRTH = timedelta(minutes=1)
"""Creation times that differ by less are the same."""
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is known of a deployment.

    Attributes:
        created_at: by the service; None = it did not say.
        last_call: begin of the last bucket with a call; None = none in the window that was read.
        bucket: its length. kept_at: when a call of ours was answered that the metrics do not show yet.
        read: whether the calls were read just now. Where they cannot be, nothing is said about idleness.
        keep_until: until then the bot itself calls it before each deletion: of those only the last warning stays, for
            when that does not work. take_down_at: when the bot takes it down: deletions after that are no news.
    """

    sku: str
    created_at: datetime | None
    last_call: datetime | None = None
    bucket: timedelta = timedelta(hours=1)
    kept_at: datetime | None = None
    read: bool = True
    keep_until: datetime | None = None
    take_down_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """What is kept of a spell.

    Attributes:
        furthest: the latest basis it was counted from until something was said; stays when the basis moves back.
        warned: names of stages -> when they were said (or covered by a nearer one).
        missed: stages that came due while nobody looked.
    """

    furthest: datetime
    warned: Mapping[str, datetime] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Something to be said once in a spell, from `at` on."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one look means for one rule.

    Attributes:
        basis: what the deletion is counted from. due: when it comes.
        spell: to be kept; is_new: another than the one before, which has ended.
        say: what to say now, None = nothing. late: it came due while nobody looked.
    """

    basis: datetime
    due: datetime
    spell: Spell
    is_new: bool
    say: Stage | None = None
    late: bool = False


def rules_for(rules: Iterable[ExpiryRule], sku: str) -> Sequence[ExpiryRule]:
    """The rules that hold for a SKU: those that name it, else those that name none."""
    every = list(rules)
    named = [rule for rule in every if sku.casefold() in {one.casefold() for one in rule.skus}]
    return named or [rule for rule in every if not rule.skus]


def basis_of(rule: ExpiryRule, observed: Observed) -> datetime | None:
    """What a rule counts from: creation, or the later of creation, last call and keep call; None = not known."""
    if rule.id == "age":
        return observed.created_at
    known = (observed.created_at, observed.last_call, observed.kept_at)
    return max((one for one in known if one is not None), default=None)


def shows_keep(last_call: datetime | None, bucket: timedelta, kept_at: datetime) -> bool:
    """Whether the metrics show a call at or after our own: then it need not be remembered any more."""
    return last_call is not None and last_call + bucket > kept_at


def is_reborn(before: datetime | None, after: datetime | None) -> bool:
    """Whether a creation time moved forward: somebody deleted the deployment and made it again."""
    return before is not None and after is not None and after - before > SAME_BIRTH


def dated_back(before: datetime | None, after: datetime | None) -> timedelta:
    """By how much the service moved its own records back; what was noted in its time goes with them."""
    if before is None or after is None or before - after <= SAME_BIRTH:
        return timedelta(0)
    return before - after


def judge(
    rule: ExpiryRule,
    observed: Observed,
    spell: Spell | None,
    watch: WatchSettings,
    hours: Hours,
    *,
    now: datetime,
    was_away: bool,
) -> Judgement | None:
    """What one look at a deployment means; None = nothing is known that the rule could count from.

    Args:
        rule: one of `rules_for`.
        observed: what the look saw.
        spell: the one that goes on, None = none yet.
        watch: when people want to hear.
        hours: working hours of who is told.
        now: the moment of the look.
        was_away: the look before this one is long ago: what came due since then was missed.
    """
    if rule.id == "idle" and not observed.read:
        return None
    basis = basis_of(rule, observed)
    if basis is None:
        return None
    slack = observed.bucket if rule.id == "idle" else SAME_BIRTH
    spell, is_new = _carried(spell, basis, slack)
    due = basis + rule.after
    judged = Judgement(basis=basis, due=due, spell=spell, is_new=is_new)
    return choose(
        stages_of(rule, basis, observed, watch, hours, now=now), judged, hours, now=now, was_away=was_away
    )


def choose(
    stages: Sequence[Stage],
    judged: Judgement,
    hours: Hours,
    *,
    now: datetime,
    was_away: bool,
    deletes: bool = True,
) -> Judgement:
    """The nearest stage that is due and unsaid; what lies before it is covered by it.

    Args:
        stages: the most urgent one last.
        judged: the spell so far.
        hours: outside of them nothing is said, but for a deletion within a day.
        now: the moment of the look.
        was_away: as in `judge`.
        deletes: whether what comes is a deletion.
    """
    spell = judged.spell
    reached = [stage for stage in stages if stage.at <= now and stage.name not in spell.warned]
    if not reached:
        return judged
    if was_away:
        spell = replace(spell, missed=spell.missed | {stage.name for stage in reached})
    stage = reached[-1]
    passes = deletes and stage.name != NUDGE and judged.due - now <= URGENT
    if not (passes or hours.is_open(now)):
        return replace(judged, spell=spell)
    covered = stages[: stages.index(stage) + 1]
    said = {one.name: now for one in covered if one.name not in spell.warned}
    late = stage.name in spell.missed
    return replace(judged, spell=replace(spell, warned={**spell.warned, **said}), say=stage, late=late)


def left(due: datetime, now: datetime, *, in_hours: bool) -> tuple[int, Literal["days", "hours"]]:
    """What is left until then, for people: days from a day on (unless only hours count), else hours; 0 = it is due."""
    remaining = due - now
    if remaining <= timedelta(0):
        return 0, "hours"
    if in_hours or remaining < URGENT - HALF_HOUR:
        return max(1, round(remaining / timedelta(hours=1))), "hours"
    return round(remaining / timedelta(days=1)), "days"


def _carried(spell: Spell | None, basis: datetime, slack: timedelta) -> tuple[Spell, bool]:
    if spell is None or basis - spell.furthest > slack:
        return Spell(furthest=basis), True
    # A basis that went back and came forward again ends nothing, unless it shows a call after something was said.
    if any(said < basis for said in spell.warned.values()):
        return Spell(furthest=basis), True
    # Until something was said there is nothing to repeat: then jitter is measured from the latest basis.
    return spell if spell.warned else replace(spell, furthest=max(spell.furthest, basis)), False


def stages_of(
    rule: ExpiryRule,
    basis: datetime,
    observed: Observed,
    watch: WatchSettings,
    hours: Hours,
    *,
    now: datetime,
) -> list[Stage]:
    """What is to be said of a deletion, and when; the most urgent last."""
    due = basis + rule.after
    if observed.take_down_at is not None and observed.take_down_at <= due:
        return []
    if rule.id == "age":
        return [
            Stage(name=f"{n}h", at=due - timedelta(hours=n))
            for n in sorted(set(watch.warn_hours), reverse=True)
        ]
    warnings = day_stages(due, watch.warn_days, hours)
    if observed.keep_until is not None and observed.keep_until > now:
        return warnings[-1:] if observed.keep_until >= due else warnings
    return [Stage(name=NUDGE, at=basis + timedelta(days=watch.nudge_days)), *warnings]


def day_stages(due: datetime, days: Iterable[int], hours: Hours) -> list[Stage]:
    """So many days before, pulled to working days; the most urgent last."""
    return [
        Stage(name=f"{n}d", at=hours.pulled(due - timedelta(days=n))) for n in sorted(set(days), reverse=True)
    ]


def nearest(watch: WatchSettings) -> str:
    """The name of the last warning before a deletion for idleness, "" when there is none."""
    return f"{min(watch.warn_days)}d" if watch.warn_days else ""


def ended_by_service(
    rules: Iterable[ExpiryRule], observed: Observed, stored_due: Mapping[str, datetime], now: datetime
) -> bool:
    """Whether a deployment that is gone was (about) due for deletion by the service.

    The services delete on their own schedule, and the bot does not look all the time: a fifteenth of the rule's time
    (a day of fifteen) counts as due.
    """
    for rule in rules_for(rules, observed.sku):
        basis = basis_of(rule, observed) if observed.read or rule.id == "age" else None
        due = basis + rule.after if basis is not None else stored_due.get(rule.id)
        if due is not None and due - now <= rule.after / 15 + observed.bucket:
            return True
    return False
