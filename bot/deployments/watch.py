"""Writing what a look at a connection saw: deployments that are new, changed, made again, or gone; then their spells.

All functions run inside one transaction, on the rows as they are then. Deployments that are on their way up or down
belong to the roll-out's tasks; a row whose state changed after the look began stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from bot.deployments import altered, idle, rollout
from bot.deployments.away import was_away
from bot.deployments.models import resolve
from bot.deployments.offers import Offers
from bot.deployments.record import DeploymentRecorder
from bot.deployments.seen import Seen, is_watched, last_use, moved_back, observed_values, shown
from bot.deployments.spells import Spells, observed_of
from bot.errors import BotError
from bot.facts.deployment_notices import DeploymentGone, DeploymentsFound
from bot.people import Actor
from bot.store import deployments
from bot.store import spells as spell_rows
from bot.store.deployments import Deployment
from bot.store.spells import SpellRow
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import POLL
from providers.hosting import ExpiryRule, RemoteDeployment

KIND = "deployments.look"
SHORT = 75
LASTING = ("live", "paused")
"""States of the service in which a deployment made around the bot is taken in; on its way up it is nobody's yet."""
CHANGES = ("sku", "capacity", "model")
"""What somebody changes at the service; it is audited."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Writes looks. `recorder` writes single deployments and tells of them."""

    recorder: DeploymentRecorder

    def apply(
        self,
        connection: Connection,
        name: str,
        rules: Sequence[ExpiryRule],
        seen: Seen,
        *,
        now: datetime,
        corr: str,
    ) -> bool:
        """Write a look at the connection `name`; whether anything came, went or changed."""
        rows = {row.name.casefold(): row for row in deployments.alive(connection, name)[::-1]}
        known = spell_rows.open_of(connection, [row.id for row in rows.values()])
        changed = False
        found: list[int] = []
        for key, remote in seen.listed.items():
            row = rows.get(key)
            if row is None:
                found += self._unknown(connection, name, remote, seen, now=now, corr=corr)
            elif not _touchable(row, seen, now):
                continue
            elif idle.is_reborn(row.created_remote, remote.created_at):
                self._gone(connection, row, rules, seen, now=now, corr=corr, tell=not row.foreign)
                found += self._unknown(connection, name, remote, seen, now=now, corr=corr, before=row)
            else:
                changed |= self._observe(
                    connection, row, remote, rules, known[row.id], seen, now=now, corr=corr
                )
        for key in seen.gone & rows.keys():
            if _touchable(rows[key], seen, now):
                self._gone(connection, rows[key], rules, seen, now=now, corr=corr, tell=True)
                changed = True
        self._tell_found(connection, found, now=now)
        self._judge(connection, found, rules, seen, now=now, corr=corr)
        return changed or bool(found)

    def unlisted(
        self, connection: Connection, name: str, rules: Sequence[ExpiryRule], *, now: datetime, corr: str
    ) -> None:
        """The service could not be asked: what needs no answer of it (age, retirement) is said all the same."""
        rows = [row for row in deployments.alive(connection, name) if is_watched(row, now) and row.fine_tuned]
        known = spell_rows.open_of(connection, [row.id for row in rows])
        for row in rows:
            there = replace(row, looked_at=None)  # we are not away, the service is
            self._spells.judge(connection, there, row, rules, known[row.id], read=False, now=now, corr=corr)

    @property
    def _spells(self) -> Spells:
        return Spells(self.recorder)

    def _observe(
        self,
        connection: Connection,
        row: Deployment,
        remote: RemoteDeployment,
        rules: Sequence[ExpiryRule],
        known: Mapping[str, SpellRow],
        seen: Seen,
        *,
        now: datetime,
        corr: str,
    ) -> bool:
        """Write what is seen of a deployment that is watched; whether it was changed at the service."""
        values = observed_values(row, remote, seen)
        if values["model"] != row.model:
            values |= self._model(connection, row.connection, remote, row.team_id)
        before = {name: getattr(row, name) for name in (*values, "state")}
        if shown({**before, **values}, now) != shown(before, row.looked_at or now):
            deployments.change(connection, row.id, now=now, **values)
        else:
            deployments.note(connection, row.id, **values)
        differs = {
            name: (before[name], values[name])
            for name in CHANGES
            if name in values and before[name] != values[name]
        }
        if differs:
            self.recorder.audit(
                connection,
                row,
                "deployment.changed",
                now=now,
                corr=corr,
                before={name: one for name, (one, _) in differs.items()},
                after={name: one for name, (_, one) in differs.items()},
            )
        fresh = deployments.get(connection, row.id)
        if row.fine_tuned and altered.matters(row, values):
            altered.tell(self.recorder, connection, row, now=now)
        if fresh is not None and fresh.fine_tuned and is_watched(fresh, now):
            read = seen.usage is not None
            self._spells.judge(connection, row, fresh, rules, known, read=read, now=now, corr=corr)
            Offers(self.recorder).look(connection, fresh, remote, now=now, corr=corr)
        return bool(differs)

    def _unknown(
        self,
        connection: Connection,
        name: str,
        remote: RemoteDeployment,
        seen: Seen,
        *,
        now: datetime,
        corr: str,
        before: Deployment | None = None,
    ) -> list[int]:
        """A deployment that we have no living row of: ours that came late, or made around the bot.

        `before` is the one of the same name that this look found replaced by it.
        """
        row = None if before is not None else deployments.current(connection, name, remote.name)
        if row is not None and row.state_at >= seen.asked_at:
            return []  # it went while we looked
        if row is not None and row.state == "failed" and rollout.is_ours(row, remote):
            if remote.state == "live":
                deployments.change(
                    connection,
                    row.id,
                    now=now,
                    state="starting",
                    failure=None,
                    created_remote=remote.created_at,
                    raw_state=remote.raw_state,
                )
                rollout.plant_follow(connection, row.id, now=now, corr=corr)
                self.recorder.audit(
                    connection, row, "deployment.found", now=now, corr=corr, before="failed", after="starting"
                )
            return []
        if remote.state not in LASTING:
            return []
        return [self._add(connection, name, remote, seen, now=now, corr=corr, before=before)]

    def _add(
        self,
        connection: Connection,
        name: str,
        remote: RemoteDeployment,
        seen: Seen,
        *,
        now: datetime,
        corr: str,
        before: Deployment | None,
    ) -> int:
        """A row for a deployment made around the bot. Whoever owned this model's deployment before goes on hearing."""
        slack = self.recorder.settings.slack
        same = before is not None and before.model == remote.model
        number = deployments.add(
            connection,
            {
                "team_id": slack.home_team,
                "connection": name,
                "name": remote.name,
                "model": remote.model,
                "fine_tuned": remote.fine_tuned,
                "foreign": True,
                "owner": before.owner if before is not None and same else None,
                "channel": slack.channel,
                "sku": remote.sku,
                "capacity": remote.capacity,
                "state": "live",
                "raw_state": remote.raw_state,
                "remote": msgspec.to_builtins(remote),
                "created_remote": remote.created_at,
                "looked_at": seen.asked_at,
                **self._model(connection, name, remote, slack.home_team),
            },
            now=now,
        )
        row = deployments.get(connection, number)
        if row is not None:
            deployments.note(connection, number, last_use=last_use(row, seen, remote.created_at))
            self.recorder.audit(
                connection,
                row,
                "deployment.found",
                now=now,
                corr=corr,
                after={"model": remote.model, "sku": remote.sku, "capacity": remote.capacity},
            )
        return number

    def _model(
        self, connection: Connection, name: str, remote: RemoteDeployment, team: str
    ) -> dict[str, Any]:
        """How people read the model, and our job that made it."""
        actor = Actor(team_id=team, user_id="")
        try:
            found = resolve(connection, self.recorder.settings, actor, remote.model, prefer=name)
        except BotError:
            return {"model_short": remote.model[:SHORT], "base": remote.base, "job": None}
        return {
            "model_short": found.model.short,
            "base": remote.base or found.model.base,
            "job": found.job.id if found.job else None,
        }

    def _judge(
        self,
        connection: Connection,
        numbers: Sequence[int],
        rules: Sequence[ExpiryRule],
        seen: Seen,
        *,
        now: datetime,
        corr: str,
    ) -> None:
        """The first judgement of new rows; nothing can have been missed of them."""
        for number in numbers:
            row = deployments.get(connection, number)
            if row is not None and row.fine_tuned and is_watched(row, now):
                new = replace(row, looked_at=None, last_use=None)
                read = seen.usage is not None
                self._spells.judge(connection, new, row, rules, {}, read=read, now=now, corr=corr)

    def _tell_found(self, connection: Connection, numbers: Sequence[int], *, now: datetime) -> None:
        """All that a look found, in one message to the approvers."""
        rows = [
            row for row in (deployments.get(connection, one) for one in numbers) if row and row.fine_tuned
        ]
        if not rows:
            return
        slack = self.recorder.settings.slack
        facts = tuple(self.recorder.facts(connection, row.id, now=now) for row in rows)
        outbox_rows.say(
            connection,
            f"deployments:found:{rows[0].label}",
            DeploymentsFound(deployments=facts),
            Target(channel=slack.approvals_channel or slack.channel),
            now=now,
        )

    def _gone(
        self,
        connection: Connection,
        row: Deployment,
        rules: Sequence[ExpiryRule],
        seen: Seen,
        *,
        now: datetime,
        corr: str,
        tell: bool,
    ) -> None:
        """It is no longer at the service, and the bot did not do that."""
        # Of what is gone only its calls tell that the service's records were moved back meanwhile.
        back = moved_back(row, seen)
        created, kept = (at - back if at is not None else None for at in (row.created_remote, row.kept_at))
        use = last_use(row, seen, created)
        known = spell_rows.open_of(connection, [row.id])[row.id]
        was = replace(row, last_use=use, created_remote=created, kept_at=kept)
        observed = observed_of(was, read=seen.usage is not None)
        stored = {rule: spell.due_at for rule, spell in known.items()}
        by_service = row.fine_tuned and idle.ended_by_service(rules, observed, stored, now)
        why = "service" if by_service else "elsewhere"
        deployments.change(
            connection,
            row.id,
            now=now,
            state="gone",
            gone_at=now,
            gone_why=why,
            last_use=use,
            created_remote=created,
            operation=None,
            take_down_at=None,
            keep_until=None,
        )
        self.recorder.audit(
            connection, row, "deployment.gone", now=now, corr=corr, before=row.state, after=why
        )
        spell_rows.end_all(connection, row.id, now=now)
        self.recorder.spare_replaced(connection, row, now=now)
        if not (tell and row.fine_tuned):
            return
        late = was_away(row.looked_at, now, self.recorder.settings.watch.look_minutes)
        notice = DeploymentGone(deployment=self.recorder.facts(connection, row.id, now=now), late=late)
        self.recorder.tell_owner(connection, row, f"gone:{row.incarnation}", notice, now=now)


def _touchable(row: Deployment, seen: Seen, now: datetime) -> bool:
    """Whether the row is the watch's to write: no task's, and not changed since the look began."""
    return is_watched(row, now) and row.state_at < seen.asked_at


def look_key(name: str) -> str:
    """The key of the one task that looks at a connection's deployments."""
    return f"look:{name}"


def look_soon(connection: Connection, name: str, *, now: datetime, corr: str) -> None:
    """Look at the deployments of a connection soon."""
    queue.enqueue(
        connection,
        KIND,
        look_key(name),
        {"connection": name},
        now=now,
        corr=corr,
        due_at=now,
        lane=POLL,
    )
