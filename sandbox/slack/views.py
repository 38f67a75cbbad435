"""Modals and Home tabs: stacks of three, hashes, the state of the inputs (contract section 3.3)."""

from typing import Any, Final

from sandbox.clock import Clock
from sandbox.slack import ids
from sandbox.slack.blocks.fill import fill_ids
from sandbox.slack.errors import SlackError
from sandbox.slack.ids import Ids

View = dict[str, Any]

STACK_DEPTH: Final = 3
_SHOWN: Final = ("private_metadata", "callback_id", "external_id")


class Views:
    """The open modals of each person, topmost last, and the published Home tabs."""

    def __init__(self, clock: Clock, made_ids: Ids) -> None:
        self._clock = clock
        self._ids = made_ids
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """The open modals of a person, topmost last."""
        return self._stacks.setdefault(user, [])

    def home(self, user: str) -> View | None:
        """The Home tab published to a person."""
        return self._homes.get(user)

    def open(self, user: str, given: View) -> View:
        """Open a modal; what was open before is replaced."""
        view = self._made(given)
        self._stacks[user] = [view]
        return view

    def push(self, user: str, given: View) -> View:
        """Put a modal on top. Raises SlackError `push_limit_reached`."""
        stack = self.stack(user)
        if len(stack) >= STACK_DEPTH:
            raise SlackError("push_limit_reached")
        view = self._made(given)
        if stack:
            view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        stack.append(view)
        return view

    def publish(self, user: str, given: View, known_hash: str | None) -> View:
        """Publish a Home tab. Raises SlackError `hash_conflict`."""
        before = self._homes.get(user)
        if known_hash is not None and (before is None or before["hash"] != known_hash):
            raise SlackError("hash_conflict")
        view = self._made(given)
        if before is not None:
            view |= {"id": before["id"], "root_view_id": before["id"]}
        self._homes[user] = view
        return view

    def update(self, view: View, given: View, known_hash: str | None) -> View:
        """Change a view in place; inputs keep their values where block and action ids are unchanged."""
        if known_hash is not None and view["hash"] != known_hash:
            raise SlackError("hash_conflict")
        if given.get("type") != view["type"]:
            raise SlackError("invalid_arguments")
        changed = self._made(given, known=view)
        kept = _kept_state(view, changed)
        for field in ("id", "previous_view_id", "root_view_id"):
            changed[field] = view[field]
        view.clear()
        view.update(changed)
        view["state"] = {"values": kept}
        return view

    def find(self, view_id: str | None, external_id: str | None = None) -> tuple[str, View] | None:
        """An open modal or a Home tab by its id or its external id, with the person who sees it."""
        shown = [(user, view) for user, stack in self._stacks.items() for view in stack]
        for user, view in [*shown, *self._homes.items()]:
            if view_id is not None and view["id"] == view_id:
                return user, view
            if external_id and view["external_id"] == external_id:
                return user, view
        return None

    def close(self, user: str, view_id: str) -> list[View]:
        """Close a modal and whatever lies on it; returns the closed ones, topmost first."""
        stack = self.stack(user)
        position = next((number for number, view in enumerate(stack) if view["id"] == view_id), None)
        if position is None:
            return []
        closed = stack[position:]
        del stack[position:]
        return closed[::-1]

    def clear(self, user: str) -> list[View]:
        """Close all modals of a person; returns them, topmost first."""
        closed = self.stack(user)[::-1]
        self._stacks[user] = []
        return closed

    def set_state(self, view: View, values: dict[str, Any]) -> None:
        """Take over what the inputs of a view hold now."""
        view["state"] = {"values": values}

    def _made(self, given: View, known: View | None = None) -> View:
        external_id = given.get("external_id") or ""
        found = self.find(None, external_id) if external_id else None
        if found is not None and found[1] is not known and given.get("type") != "home":
            raise SlackError("duplicate_external_id")
        view_id = self._ids.next("V")
        now = self._clock.now().timestamp()
        view: View = {
            "id": view_id,
            "team_id": ids.TEAM,
            "type": given["type"],
            "blocks": fill_ids(given["blocks"], self._ids),
            **{name: given.get(name) or "" for name in _SHOWN},
            "state": {"values": {}},
            "hash": f"{now:.0f}.{self._ids.secret()[:8]}",
            "title": given.get("title"),
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": ids.APP,
            "app_installed_team_id": ids.TEAM,
            "bot_id": ids.BOT,
        }
        if given["type"] == "home":
            view["title"] = {"type": "plain_text", "text": "View Title", "emoji": True}
        return view


def _kept_state(before: View, after: View) -> dict[str, Any]:
    """The values of the inputs that are in both versions of a view."""
    there = {(block["block_id"], (block.get("element") or {}).get("action_id")) for block in after["blocks"]}
    values = before["state"]["values"]
    return {
        block_id: {name: value for name, value in actions.items() if (block_id, name) in there}
        for block_id, actions in values.items()
        if any((block_id, name) in there for name in actions)
    }
