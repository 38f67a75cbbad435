"""Sentences of messages about requests that are sent once."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reminder": "⏳ *{request} still waits: {tally}*",
        "reminder_who": "Needed: {missing}. It closes {at}; undecided means that nothing happens.",
        "reminder_where": "The buttons are on the request, at the top of this thread.",
        "reminder_next": "reminder {nth} · the next one {at}",
        "reminder_last": "reminder {nth} · the last one before it closes",
        "approved": "✅ *{request}: approved*",
        "held": "❄ *{request}: approved, and held by a freeze*",
        "rejected": "🛑 *{request}: rejected*",
        "expired": "⚫ *{request}: closed undecided*",
        "withdrawn": "⚫ *{request}: withdrawn*",
        "decided": "*{request}: decided*",
        "changes": "🟠 *{request}: a change is asked for*",
        "changes_do": "Change it and all approvers are asked again, or withdraw it. It closes {at}.",
        "changes_cannot": "This cannot be changed in place: withdraw it and ask again. It closes {at}.",
        "new_round": "*{request} was changed: round {round} asks again*",
        "new_round_what": "Votes on the round above do not count any more.",
        "refused": "⚠ *{what}*",
        "refused_about": "What you clicked on {request} changed nothing.",
        "glass": "🚨 *{who} went ahead with {request} without its approvals*",
        "glass_frozen": "🚨 *{who} went ahead with {request} without its approvals and in a freeze*",
        "glass_approved": "🚨 *{who} went ahead with {request} in a freeze*",
        "glass_tally": "It had {tally}. The audit keeps who did it, when and why.",
        "glass_freeze": "The freeze: {why}.",
        "policies": "⚠ *Some requests could never be approved*",
        "policy_line": "• *{connections}*, {kinds}: {policy}. {why}",
        "policy_nobody": "• *{connections}*, {kinds}: nobody is named who could approve.",
        "policies_more": "and {count} more",
        "policies_do": "Mend it in the configuration and start the bot again; `tunesmith check` shows who "
        "is looked for and who can approve. You are told only once.",
    }
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "deployment": "deployments",
        "training": "expensive trainings",
        "keep": "keeping idle deployments",
    }
}
_WHY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "no_approvers": "None of them can approve: groups are empty, or all are guests or of other teams.",
        "too_few_approvers": "There are fewer people than that who can approve.",
        "only_requester": "Only who asks could approve.",
        "approvers_unreadable": "Slack does not tell who is in a group: does it exist, and is the scope "
        "`usergroups:read` there?",
    }
}
_WHY_OTHER: Mapping[str, str] = {"en": "The reason is `{code}`."}


def kind(name: str, locale: str) -> str:
    """`deployments`, for a kind of request, in the middle of a sentence."""
    return pick(_KINDS, locale).get(name) or fill("{name}", {"name": name})


def why_nobody(code: str, locale: str) -> str:
    """Why nobody can satisfy a policy that nobody asked under yet."""
    return pick(_WHY, locale).get(code) or fill(pick(_WHY_OTHER, locale), {"code": code})


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)
