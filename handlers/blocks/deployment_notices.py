"""Messages about rolling out, keeping and taking down, one function for each of `bot.facts.deployment_notices`."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks import deployment_snippet
from handlers.blocks.primitives import Block, Element, actions, as_message, footer, section
from handlers.wording import deployments as words
from handlers.wording import errors, requirements
from handlers.wording.deployments_told import say
from handlers.wording.lists import say as say_list
from handlers.wording.markup import clip, code, day, fallback, mention, quoted, when

_DOWN = ("failed", "gone")


def message(
    headline: str,
    lines: Sequence[str],
    row: Sequence[Element],
    block_id: str,
    *small: str,
    more: Sequence[Block] = (),
) -> Rendered:
    """A headline with its lines, what belongs to it, buttons, small print."""
    shown = [line for line in lines if line]
    blocks = [
        section("\n".join([headline, *shown])),
        *more,
        *actions(row, block_id),
        *footer(*small),
    ]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def live(notice: notices.DeploymentLive, locale: str) -> Rendered:
    """It answers: what it is, what it costs, and how to call it."""
    one = notice.deployment
    lines = [
        words.what(one, locale),
        words.cost(one, locale),
        say("live_first", locale, answer=quoted(notice.answer, 300)) if notice.answer.strip() else "",
        deployment_snippet.explained(one, locale) if one.snippet is not None else "",
        _key_problem(one, locale),
    ]
    row = [buttons.take_down(one, locale)] if "take_down" in one.can else []
    headline = say("live", locale, name=words.title(one))
    code = deployment_snippet.blocks(one)
    return message(headline, lines, row, f"live:{one.id}", words.price_source(one, locale), more=code)


def _key_problem(one: DeploymentFacts, locale: str) -> str:
    """Why the key is not where the configuration wants it; the deployment answers all the same."""
    if one.key_problem is None:
        return ""
    told = errors.explain(one.key_problem.code, one.key_problem.params, locale, provider=one.provider)
    return say("key_not_kept", locale, what=told.happened, remedy=told.remedy)


def failed(notice: notices.DeploymentFailed, locale: str) -> Rendered:
    """Why it was not rolled out, or does not answer, with the remedy."""
    one = notice.deployment
    kept = one.state not in _DOWN and one.state != "approved"
    key = "failed_kept" if kept else "failed"
    request = ""
    if one.problem is None:
        headline = say(key, locale, name=words.title(one), what=words.state_word(one, locale))
        lines = [words.next_step(one, locale)]
    else:
        said = words.explain(one.problem, one, locale)
        headline = say(key, locale, name=words.title(one), what=said.happened)
        lines = said.lines()
        grant = str(one.problem.params.get("grant", ""))
        if grant and code(grant, 600) not in " ".join(lines):
            lines.append(requirements.block([clip(grant, 600)]) if "`" in grant else code(grant, 600))
        request = say_list("request", locale, {"id": said.request_id}) if said.request_id else ""
    if kept:
        lines.append(say("failed_keeps", locale))
    elif one.state == "failed":
        lines.append(say("failed_retry" if "retry" in one.can else "failed_again", locale))
    row = [
        *([buttons.retry(one, locale)] if "retry" in one.can else []),
        *([buttons.again(one, locale)] if "deploy_again" in one.can else []),
        *([buttons.take_down(one, locale)] if "take_down" in one.can else []),
    ]
    return message(headline, [words.what(one, locale), *lines], row, f"failed:{one.id}", request)


def replaced_soon(notice: notices.ReplacedSoon, locale: str) -> Rendered:
    """The successor answers: the old one has its day."""
    one = notice.deployment
    at = words.date(one.take_down_at or one.updated_at)
    lines = [
        say("replaced_why", locale, successor=words.title(notice.successor), old=words.title(one)),
        words.sentence([words.use(one, locale)]),
        say("replaced_keep", locale) if "keep" in one.can else "",
    ]
    headline = say("replaced", locale, name=words.title(one), at=at)
    row = [*buttons.answers(one, locale), buttons.snippet(notice.successor, locale)]
    return message(headline, lines, row, f"replaced:{one.id}", words.monitor(one, locale))


def kept(notice: notices.Kept, locale: str) -> Rendered:
    """A keep call answered."""
    one = notice.deployment
    headline = (
        say("kept", locale, name=words.title(one), day=day(one.keep_until))
        if one.keep_until is not None
        else say("kept_bare", locale, name=words.title(one))
    )
    by = notice.by is not None and notice.by != one.owner
    at = when(one.kept_at) if one.kept_at is not None else ""
    lines = [
        say("kept_by", locale, who=mention(notice.by)) if by and notice.by is not None else "",
        say("kept_what", locale, at=at) if one.keep_until is not None else "",
        say("kept_cost", locale, day=words.bound(one, one.day, locale)) if one.day is not None else "",
    ]
    row = [buttons.take_down(one, locale)] if "take_down" in one.can else []
    return message(headline, lines, row, f"kept:{one.id}", words.price_source(one, locale))


def keep_failed(notice: notices.KeepFailed, locale: str) -> Rendered:
    """A keep call did not work, and what that means."""
    one = notice.deployment
    said = words.explain(notice.problem, one, locale)
    deletion = words.deletion(one, locale)
    lines = [
        *said.lines(),
        say("keep_failed_deleted", locale, deletion=deletion) if deletion else "",
        say("keep_failed_again", locale) if one.keep_until is not None else "",
    ]
    headline = say("keep_failed", locale, name=words.title(one), what=said.happened)
    request = say_list("request", locale, {"id": said.request_id}) if said.request_id else ""
    return message(headline, lines, buttons.answers(one, locale), f"keep_failed:{one.id}", request)


def taken_down(notice: notices.TakenDown, locale: str) -> Rendered:
    """It is gone, because of us."""
    one = notice.deployment
    if one.gone_why == "called_off":
        return _called_off(notice, locale)
    replaced = notice.by is None and one.gone_why == "replaced"
    spent = say("taken_spent", locale, spent=words.bound(one, one.spent, locale)) if one.spent else ""
    lines = [
        " ".join(
            part
            for part in (
                say("taken_by", locale, who=mention(notice.by)) if notice.by else "",
                say("taken_instead", locale, {"successor": one.replaced_by_name or one.replaced_by})
                if one.replaced_by
                else "",
                still_answers(one, locale),
                say("taken_what", locale, spent=spent),
            )
            if part
        )
    ]
    headline = say("replaced_gone" if replaced else "taken_down", locale, name=words.title(one))
    row = [buttons.again(one, locale)] if "deploy_again" in one.can else []
    return message(headline, lines, row, f"taken_down:{one.id}", words.price_source(one, locale))


def _called_off(notice: notices.TakenDown, locale: str) -> Rendered:
    one = notice.deployment
    by = say("taken_by", locale, who=mention(notice.by)) if notice.by else ""
    what = say("called_off_what", locale, service=words.service(one))
    headline = say("called_off", locale, name=words.title(one))
    row = [buttons.again(one, locale)] if "deploy_again" in one.can else []
    lines = [" ".join(part for part in (by, what) if part)]
    return message(headline, lines, row, f"called_off:{one.id}")


def still_answers(one: DeploymentFacts, locale: str) -> str:
    """What answers on when a successor is gone; empty when nothing does."""
    if not one.replaces_answers:
        return ""
    return say("still_answers", locale, {"name": one.replaces_name or one.replaces or ""})


def take_down_failed(notice: notices.TakeDownFailed, locale: str) -> Rendered:
    """It stays, and why."""
    one = notice.deployment
    said = words.explain(notice.problem, one, locale)
    state = words.state_word(one, locale)
    lines = [*said.lines(), say("down_state", locale, state=f"{state[:1].lower()}{state[1:]}")]
    headline = say("down_failed", locale, name=words.title(one), what=said.happened)
    request = say_list("request", locale, {"id": said.request_id}) if said.request_id else ""
    return message(headline, lines, _row(one, locale), f"down_failed:{one.id}", request)


def _row(one: DeploymentFacts, locale: str) -> list[Element]:
    opened = [buttons.opened(one, locale)]
    return [buttons.take_down(one, locale), *opened] if "take_down" in one.can else opened
