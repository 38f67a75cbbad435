"""Cleaning up as people do it on the page: the picker fills while it is open, and what goes is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.journey.steps import answer_to, hand_in, inputs, press, ready, rin_of, shown, told
from tests.patience import until
from tests.world import ADA, RIN, Person, world

pytestmark = pytest.mark.usefixtures("brisk")


async def offered(person: Person, after: int) -> dict[str, Any]:
    """The picker, once it was filled with what the service keeps."""

    def look() -> dict[str, Any] | None:
        for event in reversed(person.pushed[after:]):
            view = event.get("view") or {}
            if view.get("callback_id") == "clean" and "file:prod-swc" in inputs(view):
                found: dict[str, Any] = view
                return found
        return None

    found: dict[str, Any] = await until(look, "the picker with files")
    return found


def picked(view: Mapping[str, Any], block_id: str) -> dict[str, Any]:
    """The first thing of a kind, chosen."""
    element = inputs(view)[block_id]["element"]
    chosen = {"type": element["type"], "selected_options": element["options"][:1]}
    return {block_id: {element["action_id"]: chosen}}


async def test_a_file_that_nobody_needs_any_more(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        before = len(rin.pushed)
        await rin.command("/finetune clean")
        await shown(rin, "clean", before)
        view = await offered(rin, before)
        assert "files 1 of 100" in str(view["blocks"])
        # nothing chosen is told at the field
        refused = await rin.submit(view, {})
        assert "Nothing is chosen" in str(refused["errors"])
        assert await rin.submit(view, picked(view, "file:prod-swc")) == {"ok": True}
        done = await told(rin, "Cleaned up prod-swc: 1 thing deleted")
        assert "tiny_overfit_train.jsonl · D1" in done
        assert await made.count("DELETE", f"/files/{_id_of(view)}") == 1
        # what the approver opens is what is there now
        ada = await made.person(ADA)
        before = len(ada.pushed)
        await ada.command("/finetune clean prod-swc")

        def empty() -> bool:
            views = [one.get("view") or {} for one in ada.pushed[before:]]
            return any("files 0 of 100" in str(one.get("blocks")) for one in views)

        await until(empty, "an empty gauge")


def _id_of(view: Mapping[str, Any]) -> str:
    found: str = inputs(view)["file:prod-swc"]["element"]["options"][0]["value"]
    return found


async def test_the_home_tab_and_the_launcher_lead_there(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await made.page("home", user=RIN)

        def home() -> dict[str, Any] | None:
            views = [one["view"] for one in rin.pushed if one["type"] == "home_updated"]
            return views[-1] if views else None

        tab: dict[str, Any] = await until(home, "the Home tab")
        before = len(rin.pushed)
        await press(rin, tab, "launch_clean")
        await shown(rin, "clean", before)
        await press(rin, tab, "launch_approvals")
        await told(rin, "Waiting for you")
        await answer_to(rin, "connections", "deployments are managed here")
