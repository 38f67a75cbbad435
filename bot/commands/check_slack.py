"""Slack: do the tokens work, are the scopes the manifest's, is the bot in its channels, are the people there?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from bot.commands.check_people import people
from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.slack_calls import REINSTALL, Answer, SlackCalls, failed
from bot.config.handover import network_options
from bot.config.settings import Settings
from bot.manifest.render import needed_scopes
from providers.network import make_client

MOST_SKEW = 60


async def slack(settings: Settings) -> AsyncIterator[Looked]:
    """All looks at Slack. When the bot token does not work, what depends on it is not asked."""
    config = settings.slack
    async with make_client(network_options(settings.network)) as client:
        call = SlackCalls(client, config)
        who = await call("auth.test")
        yield _token(who, {config.home_team, *config.allowed_teams})
        if not who.ok:
            return
        yield _scopes(who)
        yield _clock(who)
        if config.mode == "socket" and config.app_token is not None:
            token = config.app_token.get_secret_value()
            yield _socket(await call("apps.connections.open", token=token))
        for key, channel in (("channel", config.channel), ("approvals_channel", config.approvals_channel)):
            if channel is not None:
                answer = await call("conversations.info", channel=channel)
                yield _channel(f"slack.{key} ({channel})", answer, config.app_name)
        async for one in people(settings, call):
            yield one


def _token(answer: Answer, teams: set[str]) -> Looked:
    what = "Slack bot token"
    trouble = failed(what, answer)
    if trouble is not None:
        return trouble
    team = str(answer.body.get("team_id", ""))
    if team not in teams:
        remedy = f'Set home_team = "{team}", or take the token of the right workspace.'
        return wrong(what, f"belongs to workspace {team}, which is not slack.home_team", remedy)
    return fine(what, f"{answer.body.get('user', '')} in {answer.body.get('team', '')} ({team})")


def _scopes(answer: Answer) -> Looked:
    missing = sorted(set(needed_scopes()) - answer.scopes)
    if missing:
        return wrong("Slack scopes", f"missing: {', '.join(missing)}", REINSTALL)
    more = sorted(answer.scopes - set(needed_scopes()))
    if more:
        remedy = f"Less is safer. {REINSTALL}"
        return warn("Slack scopes", f"all there; not needed: {', '.join(more)}", remedy)
    return fine("Slack scopes", "exactly the manifest's")


def _clock(answer: Answer) -> Looked:
    if answer.at is None:
        return fine("clock", "Slack sent no date to compare with")
    skew = (datetime.now(UTC) - answer.at).total_seconds()
    if abs(skew) > MOST_SKEW:
        return wrong("clock", f"{skew:+.0f} s against Slack's", "Set the machine's clock by NTP.")
    return fine("clock", "within a minute of Slack's")


def _socket(answer: Answer) -> Looked:
    what = "Slack app-level token"
    if answer.error in {"invalid_auth", "not_authed", "missing_scope", "not_allowed_token_type"}:
        remedy = "Make an app-level token with the scope connections:write under Basic Information."
        return wrong(what, f"Slack says {answer.error}", remedy)
    if answer.error == "socket_mode_not_enabled":
        return wrong(
            what, "Socket Mode is off in the app", "Switch it on under Socket Mode, or paste the manifest."
        )
    return failed(what, answer) or fine(what, "opens Socket Mode")


def _channel(what: str, answer: Answer, app_name: str) -> Looked:
    trouble = failed(what, answer, app_name)
    if trouble is not None:
        return trouble
    channel = answer.body.get("channel", {})
    name = f"#{channel.get('name', '')}"
    if channel.get("is_archived"):
        return wrong(what, f"{name} is archived", "Name another channel, or take it out of the archive.")
    if not channel.get("is_member"):
        remedy = f"Type /invite @{app_name} there: without it the bot can neither read files nor answer."
        return wrong(what, f"the bot is not in {name}", remedy)
    return fine(what, name)
