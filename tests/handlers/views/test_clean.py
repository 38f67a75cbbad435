"""The picker: gauges first, the safe order kept, what stays is told with its reason and cannot be chosen."""

from datetime import timedelta
from typing import Any, cast

from bot.facts.deploy_forms import CleanForm, CleanItem, Gauge
from bot.facts.deployment_notices import CleanDone, NotCleaned
from bot.facts.deployments import ProblemFacts
from bot.facts.forms import Choice
from handlers.blocks import clean_notices
from handlers.views import clean
from tests.handlers.samples import NOW

EN = "en"
FREE = CleanItem(
    kind="file",
    connection="prod-swc",
    id="file-1",
    name="train_w40.jsonl",
    label="D40",
    why="data",
    owner="U0REQUEST",
    bytes=4_200_000,
    used_at=NOW - timedelta(days=40),
)
MODEL = CleanItem(kind="model", connection="prod-swc", id="ft-1", name="support-v9", label="J99", why="model")
KEPT = MODEL.model_copy(
    update={"id": "ft-2", "name": "support-v10", "blocked": "clean_deployed", "blocked_by": ("prod-swc/v10",)}
)
OTHERS = FREE.model_copy(update={"id": "file-2", "blocked": "clean_not_yours", "owner": "U0OTHER12"})
FORM = CleanForm(
    connections=(Choice(value="prod-swc", label="prod-swc"), Choice(value="dev-eus2", label="dev-eus2")),
    connection="prod-swc",
    gauges=(
        Gauge(connection="prod-swc", what="files_bytes", used=812 * 1024**2, limit=1024**3),
        Gauge(connection="prod-swc", what="files", used=87, limit=100),
        Gauge(connection="prod-swc", what="jobs", used=87, limit=100),
        Gauge(connection="prod-swc", what="deployments", used=7, limit=10),
    ),
    items=(FREE, MODEL, KEPT, OTHERS),
    read_at=NOW,
)


def inputs(view: Any) -> dict[str, Any]:
    return {one["block_id"]: one["element"] for one in view["blocks"] if one["type"] == "input"}


def test_the_gauges_read_as_people_say_them() -> None:
    view = cast("Any", clean.build(FORM, EN))
    head = view["blocks"][0]["text"]["text"]
    assert "files 812 MB of 1 GB · files 87 of 100 · jobs 87 of 100 · deployments 7 of 10" in head


def test_what_stays_is_told_and_cannot_be_chosen() -> None:
    view = cast("Any", clean.build(FORM, EN))
    fields = inputs(view)
    assert [one["value"] for one in fields["file:prod-swc"]["options"]] == ["file-1"]
    assert [one["value"] for one in fields["model:prod-swc"]["options"]] == ["ft-1"]
    said = str(view["blocks"])
    assert "support-v10 · J99 is deployed as prod-swc/v10" in said
    assert "train_w40.jsonl · D40 belongs to <@U0OTHER12>" in said


def test_an_option_says_how_large_and_when_it_was_used() -> None:
    [option] = inputs(clean.build(FORM, EN))["file:prod-swc"]["options"]
    assert option["text"]["text"] == "train_w40.jsonl · D40"
    assert option["description"]["text"] == "4.2 MB · last used 13 Oct 2026"


def test_what_was_chosen_comes_back_whole() -> None:
    view = cast("Any", clean.build(FORM, EN, "C0FINETUNE"))
    values = {
        "file:prod-swc": {
            "clean_file": {"type": "multi_static_select", "selected_options": [{"value": "file-1"}]}
        },
        "model:prod-swc": {
            "clean_model": {"type": "multi_static_select", "selected_options": [{"value": "ft-1"}]}
        },
        "file:dev-eus2": {
            "clean_file": {"type": "multi_static_select", "selected_options": [{"value": "other"}]}
        },
    }
    found = clean.parse(values, view["private_metadata"])
    assert (found.connection, found.channel) == ("prod-swc", "C0FINETUNE")
    assert found.items == (("file", "file-1"), ("model", "ft-1"))
    assert clean.parse({}, "nonsense").items == ()


def test_without_anything_to_choose_it_only_informs() -> None:
    view = clean.build(FORM.model_copy(update={"items": (KEPT,)}), EN)
    assert "submit" not in view
    assert "Nothing can be deleted here now." in str(view["blocks"])
    never = clean.build(FORM.model_copy(update={"items": (), "read_at": None}), EN)
    assert "The service is asked what it keeps." in str(never["blocks"])


def test_a_service_that_could_not_be_asked() -> None:
    view = clean.build(FORM.model_copy(update={"error": "timed_out", "models": False}), EN)
    said = str(view["blocks"])
    assert "could not be asked" in said
    assert "Models are not listed" in said


def test_partial_success_is_told_item_by_item() -> None:
    problem = ProblemFacts(code="clean_used", params={"item": "x", "by": "J142"})
    refused = ProblemFacts(code="model_in_use", params={"model": "ft-1"}, text="Delete the deployment first.")
    notice = CleanDone(
        connection="prod-swc",
        done=(FREE,),
        failed=(NotCleaned(item=OTHERS, problem=problem), NotCleaned(item=MODEL, problem=refused)),
    )
    said = clean_notices.done(notice, EN).text
    assert said.splitlines()[0] == "⚠ Cleaned up prod-swc: 1 thing deleted, 2 not"
    assert "4.2 MB freed." in said
    assert "train_w40.jsonl · D40 is used by J142" in said
    assert '"Delete the deployment first."' in said
    whole = clean_notices.done(CleanDone(connection="prod-swc", done=(FREE, MODEL), failed=()), EN)
    assert whole.text.splitlines()[0] == "✅ Cleaned up prod-swc: 2 things deleted"
    nothing = clean_notices.done(CleanDone(connection="prod-swc", done=(), failed=notice.failed), EN)
    assert nothing.text.splitlines()[0] == "⚠ Nothing was deleted from prod-swc"
