"""Codes of `bot.looking_back`: why something is not deleted at a service."""

from collections.abc import Mapping

_KEPT = "It stays as it is."

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "clean_nothing": (
            "Nothing is chosen",
            "",
            "Choose files, models or jobs that nobody needs any more.",
        ),
        "clean_unknown": (
            "{item} is not there any more",
            "Somebody else deleted it, or the service did.",
            "Nothing is left to do.",
        ),
        "clean_used": (
            "{item} is used by {by}",
            "A job that waits or runs still reads it.",
            "Wait until the job has ended, or cancel it.",
        ),
        "clean_unread": (
            "The results of {by} are not fetched yet",
            _KEPT,
            "Try again in a few minutes.",
        ),
        "clean_arriving": (
            "{item} is still arriving",
            "The service has not taken it in completely.",
            "Try again when it has.",
        ),
        "clean_deployed": (
            "{item} is deployed as {by}",
            "Programs may call it.",
            "Take the deployment down first.",
        ),
        "clean_wanted": (
            "{item} is asked for in {by}",
            "It is to be deployed, and the approvers have not decided.",
            "Wait for the decision, or withdraw the request.",
        ),
        "clean_trained_from": (
            "{by} trains on from {item}",
            "The model or one of its checkpoints is in use.",
            "Wait until the job has ended, or cancel it.",
        ),
        "clean_not_yours": (
            "{item} belongs to {asker}",
            "People delete what is theirs; approvers and administrators can delete everything.",
            "Ask one of them.",
        ),
    }
}
