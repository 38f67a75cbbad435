"""Submitting and closing modals, and what the app answers to it (contract section 3.3)."""

from collections.abc import Sequence
from typing import Any

from sandbox.slack.blocks import check_view, too_large
from sandbox.slack.delivery import Answer, Delivery
from sandbox.slack.errors import SlackError
from sandbox.slack.files import Files
from sandbox.slack.inputs import FIELDS, State, full_state, refusals
from sandbox.slack.live import Live
from sandbox.slack.payloads import interaction
from sandbox.slack.responses import Place, Responses
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import View, Views
from sandbox.slack.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class Submissions:
    """What happens to the modal of a person when they submit or close it."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        files: Files,
        triggers: Triggers,
        responses: Responses,
        live: Live,
        delivery: Delivery,
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._files = files
        self._triggers = triggers
        self._responses = responses
        self._live = live
        self._delivery = delivery

    async def submit(self, user: str, view_id: str, state: State) -> dict[str, str]:
        """Submit a modal; returns the errors at its fields, none when it was taken. Raises SlackError."""
        person, view = self._workspace.people[user], self._open_view(user, view_id)
        values = full_state(view["blocks"], view["state"]["values"], state)
        errors = refusals(view["blocks"], values, self._files.get)
        if errors:
            return errors
        self._views.set_state(view, self._with_files(values))
        payload = interaction(
            "view_submission",
            person,
            trigger_id=self._triggers.new(user, view_id),
            view=view,
            response_urls=self._response_urls(user, view),
        )
        answer = await self._delivery.request("interactive", payload)
        if answer.error is not None:
            self._live.notice(user, TROUBLE)
            raise SlackError(answer.error)
        return self._carry_out(user, view, answer)

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal; the app is told where the view asked for it. Raises SlackError."""
        view = self._open_view(user, view_id)
        stack = self._views.stack(user)
        cleared = bool(view["clear_on_close"]) or (len(stack) > 1 and stack[0] is view)
        closed = self._views.clear(user) if cleared else self._views.close(user, view_id)
        self._show_closed(user, closed)
        for gone in closed:
            if gone["notify_on_close"]:
                person = self._workspace.people[user]
                payload = interaction("view_closed", person, view=gone, is_cleared=cleared)
                await self._delivery.request("interactive", payload)

    def _carry_out(self, user: str, view: View, answer: Answer) -> dict[str, str]:
        body = answer.payload if isinstance(answer.payload, dict) else {}
        action = body.get("response_action")
        if view not in self._views.stack(user):
            return {}
        if action == "errors":
            return self._errors(user, view, body.get("errors"))
        if action == "clear":
            self._show_closed(user, self._views.clear(user))
        elif action in {"update", "push"}:
            given = body.get("view")
            refused = check_view(given)
            if refused or not isinstance(given, dict) or too_large(given):
                self._live.notice(user, TROUBLE)
                raise SlackError("invalid_view", errors=[f"{text} [{where}]" for where, text in refused])
            if action == "update":
                changed = self._views.update(view, given, None)
                self._live.push([user], {"type": "view_updated", "view": changed})
            else:
                pushed = self._views.push(user, given)
                self._live.push([user], {"type": "view_pushed", "view": pushed})
        else:
            self._show_closed(user, self._views.close(user, view["id"]))
        return {}

    def _errors(self, user: str, view: View, errors: Any) -> dict[str, str]:
        fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= fields:
            self._live.notice(user, TROUBLE)
            raise SlackError("invalid_errors")
        return {str(block_id): str(text) for block_id, text in errors.items()}

    def _show_closed(self, user: str, closed: Sequence[View]) -> None:
        for view in closed:
            self._live.push([user], {"type": "view_closed", "view": view})

    def _open_view(self, user: str, view_id: str) -> View:
        if user not in self._workspace.people:
            raise SlackError("user_not_found")
        for view in self._views.stack(user):
            if view["id"] == view_id:
                return view
        raise SlackError("view_not_found")

    def _with_files(self, values: State) -> State:
        """Replace the ids in file inputs by full file objects, which are now visible to the app."""
        for actions in values.values():
            for entry in actions.values():
                if entry["type"] != "file_input":
                    continue
                found = [self._files.get(str(item["id"])) for item in entry["files"]]
                for file in found:
                    if file is not None:
                        file.completed = file.for_app = True
                entry["files"] = [self._files.as_file(file) for file in found if file is not None]
        return values

    def _response_urls(self, user: str, view: View) -> list[dict[str, str]]:
        """For each select of a conversation with `response_url_enabled`, an address to answer there."""
        urls = []
        for block in view["blocks"]:
            element = block.get("element") or {}
            if not element.get("response_url_enabled"):
                continue
            action_id = element["action_id"]
            entry = view["state"]["values"][block["block_id"]][action_id]
            channel_id = entry[FIELDS[element["type"]][0]]
            if channel_id in self._workspace.channels:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": action_id,
                        "channel_id": channel_id,
                        "response_url": self._responses.new_url(Place(user, channel_id)),
                    }
                )
        return urls
