"""Judging a deployment by what was seen of it, keeping its spells, and saying what is to be said.

All functions run inside one transaction, on the row as it is then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.deployments import idle, retirement
from bot.deployments.away import was_away
from bot.deployments.idle import Judgement, Observed, Spell
from bot.deployments.record import DeploymentRecorder
from bot.facts.deployment_notices import DeletionAhead, IdleNudge, RetirementAhead
from bot.facts.notice import Notice
from bot.store import people
from bot.store import spells as rows
from bot.store.deployments import Deployment
from bot.store.spells import SpellRow
from bot.work import outbox_rows
from bot.work.outbox_rows import Target
from bot.working_hours import Hours
from providers.hosting import ExpiryRule

MISSED, FURTHEST = "missed", "furthest"
NOTES = (MISSED, FURTHEST)
NONE = timedelta(0)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Spells:
    """Keeps spells and tells of them."""

    recorder: DeploymentRecorder

    def judge(
        self,
        connection: Connection,
        before: Deployment,
        row: Deployment,
        rules: Sequence[ExpiryRule],
        known: Mapping[str, SpellRow],
        *,
        read: bool,
        now: datetime,
        corr: str,
    ) -> None:
        """Say what is due of a deployment.

        Args:
            connection: of the transaction.
            before: the row as it was at the look before.
            row: as it is now.
            rules: of the service.
            known: its spells that go on, by rule.
            read: whether its calls were read in this look.
            now: the moment of the look.
            corr: of the task, for the audit.
        """
        settings = self.recorder.settings
        moved_back = idle.dated_back(before.created_remote, row.created_remote)
        hours = self._hours(connection, row)
        observed = observed_of(row, read=read)
        minutes = settings.watch.look_minutes
        listed_away = was_away(before.looked_at, now, minutes)
        used_away = was_away(_read_at(before), now, minutes)
        judged: list[tuple[str, Judgement | None]] = []
        holding = idle.rules_for(rules, row.sku)
        for gone in set(known) & {"idle", "age"} - {rule.id for rule in holding}:
            rows.end(connection, known[gone].id, now=now)  # it is hosted another way now
        for rule in holding:
            away = used_away if rule.id == "idle" else listed_away
            spell = _pure(known.get(rule.id), moved_back)
            judged.append(
                (
                    rule.id,
                    idle.judge(rule, observed, spell, settings.watch, hours, now=now, was_away=away),
                )
            )
        for phase, ends_at in retirement.dates(connection, row).items():
            spell = _pure(known.get(phase))
            judged.append(
                (
                    phase,
                    retirement.judge(ends_at, spell, settings.watch, hours, now=now, was_away=listed_away),
                )
            )
        # All spells are written before anything is said: what is said shows when the deletion comes.
        kept = [
            (name, one, self._keep(connection, row, name, known.get(name), one, now=now))
            for name, one in judged
            if one is not None
        ]
        for name, one, number in kept:
            if one.say is not None:
                self._say(connection, row, name, one, number, hours, now=now, corr=corr)

    def _hours(self, connection: Connection, row: Deployment) -> Hours:
        person = people.get(connection, row.owner) if row.owner else None
        return Hours.of(self.recorder.settings.approvals.working_hours, person.member.tz if person else "")

    def _keep(
        self,
        connection: Connection,
        row: Deployment,
        rule: str,
        known: SpellRow | None,
        judged: Judgement,
        *,
        now: datetime,
    ) -> int:
        """Write a spell; its number, which makes what is said in it unique for ever."""
        warned = _as_json(judged)
        if known is not None and judged.is_new:
            rows.end(connection, known.id, now=now)
            known = None
        if known is None:
            return rows.begin(
                connection, row.id, rule, basis_at=judged.basis, due_at=judged.due, warned=warned
            )
        before = {"basis_at": known.basis_at, "due_at": known.due_at, "warned": dict(known.warned)}
        values = {"basis_at": judged.basis, "due_at": judged.due, "warned": warned}
        if values != before:
            rows.change(connection, known.id, **values)
        return known.id

    def _say(
        self,
        connection: Connection,
        row: Deployment,
        rule: str,
        judged: Judgement,
        spell: int,
        hours: Hours,
        *,
        now: datetime,
        corr: str,
    ) -> None:
        if judged.say is None:
            return
        notice = self._notice(connection, row, rule, judged, judged.say.name, now=now)
        self.recorder.tell_owner(connection, row, f"{rule}:{spell}:{judged.say.name}", notice, now=now)
        self.recorder.audit(
            connection,
            row,
            "deployment.warned",
            now=now,
            corr=corr,
            after={"rule": rule, "stage": judged.say.name, "due": judged.due.isoformat()},
        )
        settings = self.recorder.settings
        is_last = judged.say.name == idle.nearest(settings.watch) or hours.is_last_working_day(
            now, judged.due
        )
        if row.owner is not None and isinstance(notice, DeletionAhead) and rule == "idle" and is_last:
            slack = settings.slack
            outbox_rows.say(
                connection,
                f"deployment:{row.label}:{rule}:{spell}:approvers",
                notice,
                Target(channel=slack.approvals_channel or slack.channel),
                now=now,
            )

    def _notice(
        self,
        connection: Connection,
        row: Deployment,
        rule: str,
        judged: Judgement,
        stage: str,
        *,
        now: datetime,
    ) -> Notice:
        facts = self.recorder.facts(connection, row.id, now=now)
        if rule == "training":
            return RetirementAhead(deployment=facts, phase="training", at=judged.due)
        if rule == "inference":
            return RetirementAhead(deployment=facts, phase="inference", at=judged.due)
        if stage == idle.NUDGE:
            return IdleNudge(deployment=facts)
        left, unit = idle.left(judged.due, now, in_hours=rule == "age")
        return DeletionAhead(deployment=facts, left=left, unit=unit, late=judged.late)


def observed_of(row: Deployment, *, read: bool) -> Observed:
    """What the row knows, as the rules need it. `read` = its calls were read just now."""
    use = row.last_use or {}
    last = use.get("last")
    return Observed(
        sku=row.sku,
        created_at=row.created_remote or row.first_ok_at or row.created_at,
        last_call=datetime.fromisoformat(last) if last else None,
        bucket=timedelta(seconds=use.get("bucket_seconds") or HOUR.total_seconds()),
        kept_at=row.kept_at,
        read=read and bool(use.get("known")),
        keep_until=row.keep_until,
        take_down_at=row.take_down_at,
    )


def _read_at(row: Deployment) -> datetime | None:
    read_at = (row.last_use or {}).get("read_at")
    return datetime.fromisoformat(read_at) if read_at else None


def _pure(row: SpellRow | None, moved_back: timedelta = NONE) -> Spell | None:
    if row is None:
        return None
    said = {name: datetime.fromisoformat(at) for name, at in row.warned.items() if name not in NOTES}
    furthest = row.warned.get(FURTHEST)
    return Spell(
        furthest=(datetime.fromisoformat(furthest) if furthest else row.basis_at) - moved_back,
        warned=said,
        missed=frozenset(row.warned.get(MISSED, ())),
    )


def _as_json(judged: Judgement) -> dict[str, Any]:
    spell = judged.spell
    warned: dict[str, Any] = {name: at.isoformat() for name, at in spell.warned.items()}
    if spell.missed:
        warned[MISSED] = sorted(spell.missed)
    if spell.furthest != judged.basis:
        warned[FURTHEST] = spell.furthest.isoformat()
    return warned
