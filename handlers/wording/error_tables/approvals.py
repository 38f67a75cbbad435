"""Codes of `bot.approvals`: votes that do not count, requests that cannot be asked or changed."""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "request": (
            "There is no request {given}",
            "It may be a typing mistake.",
            "`approvals all` lists those that wait.",
        ),
        # who may not
        "not_approver": (
            "You are not one of those who decide about this",
            "The request names the people and groups who are.",
            "Ask one of them.",
        ),
        "approvers_unreadable": (
            "Who the approvers are cannot be read just now",
            "Slack does not tell the members of a user group, so nothing counts.",
            f"{_RUNNER} checks the groups in its configuration and the scope `usergroups:read`.",
        ),
        "not_glass": (
            "Only people whom the configuration names may break the glass",
            "It goes ahead without approvals, so few may do it.",
            f"Ask the approvers; {_RUNNER.lower()} keeps the list.",
        ),
        "not_requester": (
            "Only {asker} can change this request or take it back",
            "It was asked in that person's name.",
            "Ask them, or ask for changes as an approver.",
        ),
        "own_request": (
            "Somebody else has to approve what you ask for",
            "The policy of this request does not count your own vote.",
            "Change or withdraw it on your own copy.",
        ),
        # not now
        "already_decided": (
            "{request} is already decided by {deciders}",
            "It is {request_state}.",
            "`approvals {request}` shows it.",
        ),
        "request_withdrawn": (
            "{asker} withdrew {request}",
            "Nothing is asked for any more, so nothing is decided and no vote counts.",
            "Who wants it can ask again.",
        ),
        "closed": (
            "{request} has closed",
            "Its time was over before enough people decided.",
            "Who asked can ask again.",
        ),
        "round_replaced": (
            "{request} was changed since this message",
            "This is round {shown}, and round {round} asks for something else.",
            "Vote on the newer message.",
        ),
        "changes_asked": (
            "{request} is being changed",
            "An approver asked for a change, so nobody votes before it is made.",
            "A new message asks again then.",
        ),
        "voted": (
            "You have voted on this already",
            "Each person has one vote in a round, and yours is: {decided_word}.",
            "A changed request asks everybody again.",
        ),
        "vote_lost": (
            "What you clicked could not be counted",
            "It was tried several times over; the last error is `{error}`.",
            "Click again; when it comes back, tell whoever runs the bot.",
        ),
        "cannot_change": (
            "{request} cannot be changed in place",
            "Only what is asked to be deployed or kept can.",
            "Withdraw it and ask again, or reject it with the reason.",
        ),
        # not like this
        "nothing_changed": (
            "This is what was asked for already",
            "Without a change nobody is asked again.",
            "Change something, or close the form.",
        ),
        "request_open": (
            "{request} already asks about this",
            "{asker} asked, and it waits for the approvers.",
            "Wait for it, or have it withdrawn.",
        ),
        "reason_empty": (
            "A reason is needed",
            "The others read it, and it stays in the audit.",
            "Write one sentence.",
        ),
    }
}
