"""The modal "Ask to deploy" and those that want a reason: what stands in them, and what comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.deploy_forms import DeployOrder
from bot.facts.requests import Bill
from handlers.views import deploy, vote, vote_details
from tests.handlers.samples_requests import FORM, NOW, ORDER, REQUEST, ROUNDS, SECOND, TRAINING, request

EN = "en"
DISPATCHING = {
    "model": "deploy_model",
    "connection": "deploy_connection",
    "sku": "deploy_sku",
    "capacity": "deploy_capacity",
    "replaces": "deploy_replaces",
}


def form(**changes: Any) -> Any:
    return FORM.model_copy(update=changes)


def inputs(view: Any) -> dict[str, Any]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def shown(view: Any) -> str:
    texts = [
        block["text"]["text"] for block in view["blocks"] if block["type"] == "section" and "text" in block
    ]
    small = [
        one["text"] for block in view["blocks"] if block["type"] == "context" for one in block["elements"]
    ]
    return "\n".join([*texts, *small])


def sent(view: Any, **changed: Any) -> dict[str, Any]:
    """The state of the modal as it was prefilled, with other values."""
    values: dict[str, Any] = {}
    for name, block in inputs(view).items():
        element = block["element"]
        kind, entry = element["type"], {}
        if kind == "static_select":
            entry = {"selected_option": element.get("initial_option")}
            if name in changed:
                entry = {"selected_option": {"value": changed[name]} if changed[name] else None}
        elif kind == "datepicker":
            entry = {"selected_date": changed.get(name, element.get("initial_date"))}
        else:
            entry = {"value": changed.get(name, element.get("initial_value"))}
        values[name] = {element["action_id"]: {"type": kind, **entry}}
    return values


def test_what_is_prefilled_comes_back_as_an_order() -> None:
    view: Any = deploy.build(FORM, EN)
    assert deploy.parse(sent(view), view["private_metadata"], EN) == ORDER
    assert view["submit"]["text"] == "Ask"


def test_what_others_follow_from_comes_back_at_once() -> None:
    found = inputs(deploy.build(FORM, EN))
    assert {
        name: block["element"]["action_id"] for name, block in found.items() if block.get("dispatch_action")
    } == (DISPATCHING)


def test_the_form_says_what_it_costs_and_takes_of_the_quotas() -> None:
    said = shown(deploy.build(FORM, EN))
    for part in (
        "*$1.70/h = $1,224 a month, used or not.*",
        "All deployments: $3,672 now, $4,896 while both are there, then $3,672.",
        "*50* is 50K tokens/min (about 50 requests/min).",
        "Quota OpenAI.GlobalStandard.gpt-4.1-mini-finetune: 100 of 200 used, this takes 50.",
        "Deployments there: 7 of 10, this is one more.",
        "price: tunesmith.toml, as of 1\u00a0Nov\u00a02026",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("bill", "told"),
    [
        (
            Bill(before=1224, during=1224, after=1224, currency="USD", asleep_during=1800, asleep_after=1800),
            (
                "All deployments that are always on: $1,224 a month, as now. On top, those that sleep without calls: "
                "$0 a month now, at most $1,800 with this one."
            ),
        ),
        (
            Bill(
                before=0,
                during=0,
                after=0,
                currency="USD",
                unknown=1,
                asleep_before=1800,
                asleep_during=3600,
                asleep_after=1800,
            ),
            (
                "All deployments that sleep without calls: at most $1,800 now, at most $3,600 while both are there, "
                "then at most $1,800. Without 1 deployment whose price is not known."
            ),
        ),
        (
            Bill(
                before=1224,
                during=2448,
                after=2448,
                currency="USD",
                asleep_before=1800,
                asleep_during=1800,
                asleep_after=1800,
            ),
            (
                "All deployments that are always on: $1,224 a month now, $2,448 with this one. On top, those that "
                "sleep without calls: at most $1,800 a month, as now."
            ),
        ),
    ],
)
def test_what_sleeps_is_not_counted_as_awake(bill: Bill, told: str) -> None:
    assert told in shown(deploy.build(form(bill=bill), EN))


def test_what_would_refuse_it_is_told_before_it_is_sent() -> None:
    problems = (("model", "model_deployed", {"model": "support-v12", "where": "prod-swc/support"}),)
    said = shown(deploy.build(form(problems=problems, warnings=(("developer_24h", {"hours": 24}),)), EN))
    assert "🛑 *support-v12 is deployed already: prod-swc/support.* Use that one," in said
    assert "⚠ Developer tier: the service deletes it 24 hours after its creation" in said


def test_without_a_price_it_says_so() -> None:
    assert "What it costs is not known" in shown(deploy.build(form(rate=None, bill=None), EN))
    assert "Nothing by the hour, only for calls." in shown(deploy.build(form(rate=None, free=True), EN))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"connections": ()}, "No connection can host deployments"),
        ({"models": ()}, "There is no model to deploy yet"),
    ],
)
def test_where_nothing_can_be_deployed_it_only_informs(changes: dict[str, Any], told: str) -> None:
    view = deploy.build(form(**changes), EN)
    assert "submit" not in view
    assert told in shown(view)


def test_a_region_that_offers_nothing_says_so() -> None:
    assert "This region offers nothing for this model" in shown(deploy.build(form(skus=()), EN))
    assert "is not known yet" in shown(deploy.build(form(skus=(), read_at=None), EN))


def test_a_model_that_is_not_there_is_told_first_and_no_region_is_blamed() -> None:
    unknown = form(model=None, skus=(), problems=(("model", "model_unknown", {"given": "J99"}),))
    view: Any = deploy.build(unknown, EN)
    assert "J99" in view["blocks"][0]["text"]["text"]
    assert "This region offers nothing" not in shown(view)
    assert shown(view).count("J99") == 1
    assert "Choose a model" in shown(view)


def test_a_request_that_is_changed_keeps_its_number() -> None:
    view: Any = deploy.build(form(request="A31"), EN)
    assert (view["title"]["text"], view["submit"]["text"]) == ("Change A31", "Ask again")
    found = deploy.parse(sent(view), view["private_metadata"], EN)
    assert isinstance(found, DeployOrder)
    assert found.request == "A31"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"reason": "   "}, "reason"),
        ({"capacity": "ten"}, "capacity"),
        ({"capacity": "1.5"}, "capacity"),
        ({"model": None}, "model"),
        ({"sku": None}, "sku"),
        ({"reason": "x" * 1501}, "reason"),
    ],
)
def test_errors_stand_at_their_fields(changed: dict[str, Any], field: str) -> None:
    view: Any = deploy.build(FORM, EN)
    found = deploy.parse(sent(view, **changed), view["private_metadata"], EN)
    assert isinstance(found, dict)
    assert set(found) == {field}


def test_capacities_as_people_write_them() -> None:
    assert [deploy.whole(text) for text in ("50", " 1,000 ", "1 000", "-5", "", "٣", "9" * 12)] == [
        50,
        1000,
        1000,
        None,
        None,
        None,
        None,
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["model", "connection", "name", "sku", "capacity", "until", "reason", "tags"])


@given(
    st.dictionaries(names, st.dictionaries(st.text(max_size=5), json_values, max_size=2)),
    st.text(max_size=40),
)
def test_whatever_comes_back_is_an_order_or_errors(values: dict[str, Any], metadata: str) -> None:
    assert isinstance(deploy.parse(values, metadata, EN), DeployOrder | dict)
    assert vote.about(metadata) is None
    vote.reason(values, EN)


def test_a_reason_is_needed() -> None:
    view: Any = vote.build("reject", SECOND, EN)
    about = vote.about(view["private_metadata"])
    assert about is not None
    assert (about.kind, about.request, about.round) == ("reject", "A31", 2)
    assert vote.reason({"reason": {"reason": {"value": "  "}}}, EN)[1] == {"reason": "Write something."}
    assert vote.reason({"reason": {"reason": {"value": " Not now. "}}}, EN) == ("Not now.", {})


def test_details_have_what_the_card_has_no_room_for() -> None:
    view: Any = vote_details.build(SECOND, ROUNDS, EN, at=NOW, glass=True)
    said = str(view["blocks"])
    for part in (
        "Half of it is enough.",
        "member of <!subteam^S0MLLEADS>",
        "Round 1",
        "corp-strict",
        "Quota ",
    ):
        assert part in said
    actions = [
        one["action_id"]
        for block in view["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]
    assert actions == ["request_approve", "request_reject", "request_changes", "request_glass"]


@pytest.mark.parametrize(
    ("facts", "actions"),
    [
        (TRAINING, ["request_approve", "request_reject", "request_glass"]),
        (request(state="changes"), ["request_glass"]),
        (request(state="approved"), []),
        (request(state="approved", frozen="Black Friday"), ["request_call_off", "request_glass"]),
        (request(state="rejected"), []),
    ],
)
def test_details_offer_only_what_is_possible(facts: Any, actions: list[str]) -> None:
    assert actions_of(vote_details.build(facts, (), EN, at=NOW, glass=True)) == actions
    others = [one for one in actions if one != "request_glass"]
    assert actions_of(vote_details.build(facts, (), EN, at=NOW)) == others, (
        "who may not is not shown the glass"
    )


def actions_of(view: Any) -> list[str]:
    return [
        one["action_id"]
        for block in view["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]


def test_details_have_all_of_the_reason_once() -> None:
    words = " ".join(f"<{number:04}>" for number in range(213))
    facts, rounds = request(reason=words), (ROUNDS[0].model_copy(update={"reason": words}),)
    view: Any = vote_details.build(facts, rounds, EN, at=NOW)
    said = "\n".join(one["text"]["text"] for one in view["blocks"] if "text" in one)
    assert all(said.count(f"&lt;{number:04}&gt;") == 1 for number in range(213))
    assert "the reason above" in said


def test_the_reason_of_a_rejection_can_be_a_change_instead() -> None:
    assert "Ask for changes…" in str(vote.build("reject", REQUEST, EN))
    assert "Ask for changes…" not in str(vote.build("reject", TRAINING, EN))
