"""`views.*`: modals and the Home tab (contract section 3.3)."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack.blocks import check_view, too_large
from sandbox.slack.errors import SlackError, refused_view
from sandbox.slack.views import View
from sandbox.slack.web_api.method import TIER_4, Args, Context, Method


async def open_view(context: Context, args: Args) -> dict[str, Any]:
    """Open a modal with a trigger id."""
    given = _given(context, args, "modal")
    trigger = context.triggers.exchange(args.needed("trigger_id"))
    view = context.views.open(trigger.user, given)
    context.live.push([trigger.user], {"type": "view_opened", "view": view})
    return {"view": view}


async def push(context: Context, args: Args) -> dict[str, Any]:
    """Put a modal on top of the one in which the trigger arose."""
    given = _given(context, args, "modal")
    trigger = context.triggers.exchange(args.needed("trigger_id"))
    stack = context.views.stack(trigger.user)
    if not any(view["id"] == trigger.view_id for view in stack):
        raise SlackError("not_found")
    view = context.views.push(trigger.user, given)
    context.live.push([trigger.user], {"type": "view_pushed", "view": view})
    return {"view": view}


async def update(context: Context, args: Args) -> dict[str, Any]:
    """Change an open modal, found by `view_id` or `external_id`."""
    if not args.text("view_id") and not args.text("external_id"):
        args.needed("view_id")
    given = _given(context, args)
    found = context.views.find(args.text("view_id") or None, args.text("external_id") or None)
    if found is None:
        raise SlackError("not_found")
    user, view = found
    changed = context.views.update(view, given, args.text("hash") or None)
    kind = "home_updated" if changed["type"] == "home" else "view_updated"
    context.live.push([user], {"type": kind, "view": changed})
    return {"view": changed}


async def publish(context: Context, args: Args) -> dict[str, Any]:
    """Publish a person's Home tab."""
    user = args.needed("user_id")
    if user not in context.workspace.people:
        raise SlackError("user_not_found")
    given = _given(context, args, "home")
    view = context.views.publish(user, given, args.text("hash") or None)
    context.live.push([user], {"type": "home_updated", "view": view})
    return {"view": view}


def _given(context: Context, args: Args, kind: str | None = None) -> View:
    view = args.json("view")
    if view is None:
        args.needed("view")
    refused = check_view(view)
    if not refused and kind is not None and view["type"] != kind:
        refused = [("/view/type", f"must be {kind}")]
    if refused:
        raise refused_view(refused)
    if too_large(view):
        raise SlackError("view_too_large")
    context.check_slack_files(view["blocks"], "/view/blocks")
    return dict(view)


METHODS: Final[Mapping[str, Method]] = {
    "views.open": Method(open_view, None, TIER_4),
    "views.push": Method(push, None, TIER_4),
    "views.update": Method(update, None, TIER_4),
    "views.publish": Method(publish, None, TIER_4),
}
