"""Whether anything of a deployment can be at the service. Pure."""

from bot.store.deployments import Deployment


def nothing_sent(found: Deployment) -> bool:
    """Whether it waits to be sent, and it is certain that nothing of it is at the service."""
    return found.state == "approved" and found.intent_at is None


def nothing_there(found: Deployment) -> bool:
    """As `nothing_sent`, or it failed before anything came of it: whoever takes that down ends our wish for it."""
    failed = found.state == "failed" and found.intent_at is None and found.created_remote is None
    return nothing_sent(found) or (failed and not found.foreign)
