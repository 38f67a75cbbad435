"""Words around requests: buttons, short answers, lists, details, and what somebody's own settings are."""

from collections.abc import Mapping

from handlers.wording.actions import Question
from handlers.wording.actions import label as old_label
from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "approve": "Approve",
        "reject": "Reject…",
        "changes": "Ask for changes…",
        "details": "Details",
        "change": "Change…",
        "withdraw": "Withdraw",
        "glass": "Break the glass…",
        "call_off": "Call it off",
        "deploy": "Deploy…",
    }
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        # short answers
        "deploy_here": "Asking to deploy takes a form: this button opens it.",
        "deploy_problem": "Not asked",
        "vote_problem": "Not counted",
        "asked": "{request} is on its way to the approvers. Your copy of it is in your direct messages.",
        "by_rule": "{request} is approved by a rule, so nobody is asked. Its card in the channel shows how far it is.",
        "changed": "{request} asks again with what you changed.",
        "voted": "Your vote on {request} is being looked at. The request shows when it counts.",
        "vote_counts": "Your vote on {request} counts: {tally}.",
        "vote_decides": "Your vote on {request} counts: {tally}. It is approved.",
        "withdrawing": "{request} is withdrawn.",
        "breaking": "Going ahead with {request}. It is told to everybody.",
        "breaking_asked": "Looking whether you may go ahead with {request}; if you may, it is told to everybody.",
        "calling_off": "{request} is called off if nothing was sent yet. Its card shows it.",
        # the list
        "waiting": "*Waiting for you*",
        "all": "*Requests that wait*",
        "asked_by_me": "*Asked by you*",
        "held": "*Approved, and held by a freeze*",
        "nothing_waiting": "Nothing waits for you.",
        "nothing_all": "No request waits.",
        "since": "since {at}",
        "closes": "closes {at}",
        "missing": "needed: {missing}",
        "changes_wait": "{requester} is asked to change it",
        "asked_by": "asked by {who}",
        "hint": "`approvals all` shows everybody's, `approvals A31` one.",
        "more": "and {requests} more",
        # details
        "d_title": "{request}",
        "d_asked": "Asked by",
        "d_at": "Asked",
        "d_closes": "Closes",
        "d_policy": "Decided by",
        "d_digest": "Digest",
        "d_state": "State",
        "d_rollout": "How far",
        "d_valid": "Validation data",
        "d_grader": "*Grader*",
        "d_name": "Name",
        "d_model": "Model",
        "d_base": "Base model",
        "d_ids": "At the service: {ids}",
        "d_as_of": "As of {at}. What happens later is on the request's copies, not here.",
        "d_job": "Job",
        "d_place": "Connection",
        "d_sku": "SKU",
        "d_capacity": "Capacity",
        "d_filter": "Content filter",
        "d_until": "Until",
        "d_open_end": "no end",
        "d_tags": "Tags",
        "d_replaces": "Replaces",
        "d_cost": "Cost",
        "d_rounds": "*Rounds and votes*",
        "d_round": "*Round {n}* · {at} · {who}: {reason}",
        "d_reason_above": "the reason above",
        "d_until_aged": "{hours} after its creation",
        "d_votes_none": "no votes",
        "d_approve": "{who} approved {at}",
        "d_reject": "{who} rejected {at}: {reason}",
        "d_changes": "{who} asked for a change {at}: {reason}",
        "d_groups": " (member of {groups})",
        "d_glass": "Breaking the glass goes ahead without approvals and in a freeze. It is for the people whom the "
        "configuration names, and told to everybody with its reason.",
        # settings
        "settings": "*What the bot knows of you*",
        "s_roles": "Your roles",
        "s_trainer": "may train",
        "s_approver": "approves {kinds}",
        "s_glass": "may break the glass",
        "s_admin": "administers the bot",
        "s_none": "none",
        "s_policies": "What you ask for is decided by",
        "s_policy": "{kind}: {policy}{own}",
        "s_policy_at": "{kind} at {connection}: {policy}{own}",
        "s_own": ", you may approve your own",
        "s_not_own": ", not you yourself",
        "s_language": "Language",
        "s_zone": "Time zone",
        "s_channels": "Channels",
        "s_cards": "cards in {channel}",
        "s_approvals": "requests in {channel}",
        "s_direct": "what is only yours in direct messages",
        "s_above": "Trainings above {amount} are asked for first",
        "s_cap": "and once the month's trainings reach {amount}",
        "s_unknown": "not known",
        "s_where": "Language and time zone are Slack's; roles and policies are in the bot's configuration.",
    }
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {"deployment": "Deployments", "training": "Expensive trainings", "keep": "Keeping idle deployments"}
}
_CALL_OFF: Mapping[str, tuple[str, str, str]] = {
    "en": (
        "Call off {request}?",
        "Nothing was sent yet, and nothing will be. Deploying it is a new request then.",
        "Call it off",
    )
}
_WITHDRAW: Mapping[str, tuple[str, str, str]] = {
    "en": ("Withdraw {request}?", "Nobody can approve it any more. It can be asked for anew.", "Withdraw it")
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def label(name: str, locale: str) -> str:
    """The text on a button."""
    return pick(_LABELS, locale)[name]


def kind(name: str, locale: str) -> str:
    """`Deployments`, for a kind of request."""
    return pick(_KINDS, locale).get(name, name)


def withdraw_question(request: str, locale: str) -> Question:
    """What is asked before a request is withdrawn."""
    title, text, yes = pick(_WITHDRAW, locale)
    return Question(title.format(request=request), text, yes, old_label("no", locale))


def call_off_question(request: str, locale: str) -> Question:
    """What is asked before an approved deployment is called off."""
    title, text, yes = pick(_CALL_OFF, locale)
    return Question(title.format(request=request), text, yes, old_label("no", locale))
