"""The buttons of a deployment: which ones is in `DeploymentFacts.can`. Their values are ids only."""

from bot.facts.deployments import DeploymentFacts
from handlers.blocks.primitives import Element, button, confirm
from handlers.wording import deployments, numbers
from handlers.wording.approvals import call_off_question
from handlers.wording.approvals import label as request_label
from handlers.wording.deployments_modals import label

PERIOD = "period"
"""In `P12:period`: keep it for as long as one call does."""


def keep(one: DeploymentFacts, locale: str, given: str = "") -> Element:
    """The form for keeping it; `given` is what is chosen there."""
    value = f"{one.id}:{given}" if given else one.id
    return button(label("keep", locale), "deployment_keep", value)


def keep_period(one: DeploymentFacts, locale: str) -> Element:
    """`Keep 15 days ($612)`."""
    if one.expires is None or one.expires.rule != "idle":
        return keep(one, locale)
    days = deployments.days(max(1, one.expires.after_hours // 24), locale)
    text = (
        label("keep_days_cost", locale, days=days, cost=numbers.exact(one.period, locale))
        if one.period is not None
        else label("keep_days", locale, days=days)
    )
    return button(text, "deployment_keep", f"{one.id}:{PERIOD}")


def take_down(one: DeploymentFacts, locale: str, *, danger: bool = False) -> Element:
    """The form that shows who calls it and asks."""
    return button(
        label("take_down", locale), "deployment_take_down", one.id, style="danger" if danger else None
    )


def call_off(one: DeploymentFacts, locale: str) -> Element:
    """Away with what was never sent."""
    words = call_off_question(one.request or "", locale)
    dialog = confirm(words.title, words.text, words.yes, words.no, danger=True)
    text = request_label("call_off", locale)
    return button(text, "request_call_off", one.request or "", confirm=dialog)


def remind(one: DeploymentFacts, locale: str) -> Element:
    """The same message on the next working morning."""
    return button(label("remind", locale), "deployment_remind", one.id)


def again(one: DeploymentFacts, locale: str) -> Element:
    """The form that asks to deploy it, filled in."""
    return button(label("again", locale), "deployment_again", one.id)


def retry(one: DeploymentFacts, locale: str) -> Element:
    """Another try under the same approval."""
    return button(label("retry", locale), "deployment_retry", one.id, style="primary")


def snippet(one: DeploymentFacts, locale: str) -> Element:
    """How programs call it."""
    return button(label("snippet", locale), "deployment_snippet", one.id)


def opened(one: DeploymentFacts, locale: str) -> Element:
    """A snapshot of it."""
    return button(label("open", locale), "deployment_open", one.id)


def own(one: DeploymentFacts, locale: str) -> Element:
    """Become its owner."""
    return button(label("own", locale), "deployment_adopt", one.id)


def answers(one: DeploymentFacts, locale: str) -> list[Element]:
    """What the owner of an idle one may want: away with it, or keep it."""
    return [
        *([take_down(one, locale)] if "take_down" in one.can else []),
        *([keep_period(one, locale)] if "keep" in one.can else []),
    ]


def controls(one: DeploymentFacts, locale: str) -> list[Element]:
    """Everything that can be done with it now."""
    return [
        *([retry(one, locale)] if "retry" in one.can else []),
        *([call_off(one, locale)] if one.frozen and one.never_sent and one.request else []),
        *([snippet(one, locale)] if one.snippet is not None else []),
        *([own(one, locale)] if one.owner is None and one.state in ("starting", "live") else []),
        *([keep(one, locale)] if "keep" in one.can else []),
        *([take_down(one, locale)] if "take_down" in one.can else []),
        *([again(one, locale)] if "deploy_again" in one.can else []),
    ]
