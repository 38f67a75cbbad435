"""The audit as people read it."""

from sqlalchemy import Connection

from bot.facts.deploy_forms import AuditFacts, AuditLine
from bot.ids import number_of
from bot.looking_back.audit_values import values_of
from bot.store import audit, deployments, jobs, requests
from bot.store.audit import Event

PAGE = 15


def page(connection: Connection, team_id: str, about: str, offset: int) -> AuditFacts:
    """A page of what was done, newest first.

    Args:
        connection: a read transaction.
        team_id: whose jobs and deployments the name is looked up among.
        about: a job, dataset, request or deployment (`J142`, a suffix, a deployment's name), a person's id
            (`U…`), or empty for everything. A job brings its requests and deployments along.
        offset: how many newer ones are left out.
    """
    actor = about if about[:1] in ("U", "W") and about.isalnum() and about.isupper() else None
    subjects = () if actor or not about else tuple(related(connection, team_id, about))
    events, total = audit.page(connection, subjects, actor=actor, limit=PAGE, offset=max(0, offset))
    return AuditFacts(
        lines=tuple(line(one) for one in events), about=about[:80], total=total, offset=max(0, offset)
    )


def related(connection: Connection, team_id: str, about: str) -> list[str]:
    """The names under which something and what belongs to it stands in the audit."""
    if number_of(about, "A"):
        request = requests.get(connection, number_of(about, "A") or 0)
        made = deployments.of_request(connection, request.id) if request else None
        return [about.upper(), *([made.label] if made else [])]
    if number_of(about, "D"):
        return [about.upper()]
    job = jobs.find(connection, team_id, about)
    if job is not None:
        asked = requests.of_job(connection, job.id)
        placed = [deployments.of_request(connection, one.id) for one in asked]
        return [job.label, *(one.label for one in asked), *(one.label for one in placed if one)]
    found = deployments.find(connection, team_id, about)
    if found:
        return [*(one.label for one in found), *(f"A{one.request}" for one in found if one.request)]
    return [about]


def line(event: Event) -> AuditLine:
    """One event in short."""
    return AuditLine(
        at=event.at,
        actor=event.actor,
        via=event.via,
        action=event.action,
        subject=event.subject,
        before=values_of(event.before),
        after=values_of(event.after),
        corr=event.corr,
    )
