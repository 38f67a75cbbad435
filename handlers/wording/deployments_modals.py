"""Words around deployments: buttons, short answers, lists, and the modals Keep and Take down."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill
from handlers.wording.services import of_kind

_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "open": "Open",
        "snippet": "How to call it",
        "keep": "Keep…",
        "keep_days": "Keep {days}",
        "keep_days_cost": "Keep {days} ({cost})",
        "take_down": "Take down…",
        "remind": "Remind me tomorrow",
        "again": "Deploy again…",
        "retry": "Try again",
        "own": "I look after it",
        "all": "Everybody's deployments",
        "mine": "My deployments",
        "more": "More",
        "back": "Back",
    }
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        # lists
        "list_mine": "*Your deployments*",
        "list_all": "*All deployments*",
        "range": "{first} to {last} of {total}",
        "none_mine": "You have no deployments. `deploy` asks for one.",
        "none_all": "Nothing is deployed.",
        "month": "*{amount} a month together*, used or not",
        "month_asleep": "*at most {amount} a month together*: what sleeps without calls costs only while it is awake",
        "month_asleep_more": "*at most {amount} more* while those are awake that sleep without calls",
        "month_unknown": "{deployments} without a known price",
        "unread": "⚠ Could not be read the last time: {connections}. `connections` shows why.",
        "order": "the next to be deleted first",
        "pick": "*Which deployment?*",
        "pick_keep": "*Which deployment do you want to keep?*",
        "pick_undeploy": "*Which deployment do you want to take down?*",
        "pick_same": "*{name} is the name of several deployments. Which one?*",
        "pick_none": "There is no deployment.",
        "pick_none_keep": "No deployment can be kept with calls now.",
        "pick_none_undeploy": "Nothing is deployed that could be taken down.",
        # short answers
        "keeping": "{name} is called now, and again before each deletion until {day}. "
        "You hear of it when the first call has answered.",
        "keeping_cost": "{name} is called now, and again before each deletion until {day}: {cost} of hosting. "
        "You hear of it when the first call has answered.",
        "keep_asked": "{request} asks the approvers to keep {name} until {day}.",
        "keep_here": "Keeping {name} takes a form: this button opens it.",
        "taking_down": "{name} is on its way down. Its card shows when it is gone.",
        "take_down_here": "Taking {name} down is confirmed in a form: this button opens it.",
        "take_down_known": "{name} is on its way down already.",
        "reminding": "You are reminded of {name} {at}. That does not stop its deletion.",
        "retrying": "{name} is tried again. Its card shows how it goes.",
        "owned": "{name} is yours now: its warnings come to you.",
        # keep
        "keep_title": "Keep it?",
        "keep_submit": "Keep",
        "keep_submit_ask": "Ask",
        "keep_until": "Keep it for",
        "keep_until_hint": "The bot makes a real call now and before each deletion until then.",
        "keep_choice": "{days}, until {day}",
        "keep_choice_day": "until {day}",
        "keep_other": "until another day…",
        "keep_day": "Until",
        "keep_costs": "*{cost} of hosting until {day}*, used or not ({source}).",
        "keep_free": "Hosting it costs nothing; only its calls do.",
        "keep_no_price": "*What it costs until {day} is not known:* no price is configured for it.",
        "keep_needs": "That is asked for first: the approvers decide.",
        "keep_needs_not": "Nobody has to be asked for that.",
        "keep_reason": "Why",
        "keep_reason_hint": "The approvers read this first.",
        "keep_problem": "Not kept",
        # take down
        "down_title": "Take it down?",
        "down_submit": "Take it down",
        "down_reading": "*{name}*\nReading who called it in the last 24 hours…",
        "down_calls": "⚠ *{calls} in the last 24 hours*, the last one {at}.",
        "down_calls_bare": "⚠ *{calls} in the last 24 hours.*",
        "down_quiet": "*No calls in the last 24 hours*; the last one {at}.",
        "down_none": "*No calls by others in the last 24 hours.*",
        "down_never": "*No calls in the last 24 hours*, and none is known before.",
        "down_unread": "⚠ *Who calls it could not be read:* {why}.",
        "down_last": "The last known call: {at}.",
        "down_after": "From then on callers get {answer}.",
        "down_saves": "It costs {day} a day.",
        "down_stays": "The model stays, free; deploying it again is a new request.",
        "down_stays_foreign": "The model stays, free. Whoever made it is not asked.",
        "down_own": "The bot itself called it {calls}.",
        "down_own_once": "once",
        "down_own_times": "{count} times",
        "off_title": "Call it off?",
        "off_submit": "Call it off",
        "off_what": "*Nothing of it is at {service}*, and it costs nothing.",
        "off_after": "Nothing is sent any more then. The model stays, free; deploying it again is a new request.",
        "calling_off": "{name} is called off. Its card shows it.",
        "down_no": "Not taken down",
        "call": "1 call",
        "calls": "{count} calls",
        "close": "Close",
        "cancel": "Leave it",
        "e_choose": "Choose one.",
    }
}
_ANSWER: Mapping[str, str] = {"en": "an error"}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One text; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def label(name: str, locale: str, **parts: str) -> str:
    """The text on a button."""
    return pick(_LABELS, locale)[name].format(**parts)


def calls(number: int, locale: str) -> str:
    """`1,204 calls`."""
    return say("call", locale) if number == 1 else say("calls", locale, count=f"{number:,}")


def missing_answer(provider: str, locale: str) -> str:
    """What callers of a deployment get that is not there."""
    known = of_kind(provider)
    return (known.missing_answer if known is not None else "") or pick(_ANSWER, locale)
