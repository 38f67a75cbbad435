"""Data as its owner sees it: what is worth telling, and nothing twice."""

from typing import Any

from bot.facts.datasets import CopyFacts, DatasetFacts, FindingLine, MadeFrom
from bot.facts.forms import HomeFacts
from handlers.blocks import data_list, dataset_card, home
from tests.handlers.samples import NOW, PRICE, READY

EN = "en"


def data(**changes: Any) -> DatasetFacts:
    return READY.model_copy(update=changes)


def test_a_check_that_nobody_waited_for_has_no_time() -> None:
    assert "checked in" not in dataset_card.build(data(seconds=0.04), EN).text
    assert "checked in 0.1 s" in dataset_card.build(data(seconds=0.1), EN).text


def test_validation_data_is_not_priced_as_if_trained_on() -> None:
    assert "$" not in str(dataset_card.build(data(role="validation"), EN))
    assert "$" in str(dataset_card.build(data(), EN))


def test_a_price_of_nothing_is_not_told() -> None:
    nothing = PRICE.model_copy(update={"low": 0, "high": 0})
    assert "price" not in str(dataset_card.build(data(cost=nothing), EN))


def test_what_cannot_be_ordered_has_no_price() -> None:
    assert "tunesmith.toml" in dataset_card.build(data(), EN).text
    assert "$" not in dataset_card.build(data(state="refused"), EN).text


def test_plain_text_is_counted_in_lines() -> None:
    text = dataset_card.build(data(profile="text", examples=360), EN).text
    assert "360 lines" in text
    assert "360 examples" not in text


def test_a_row_says_what_the_data_is_for() -> None:
    assert "dbx-eus · 2,140 examples" in str(data_list.build([data(connection="dbx-eus")], EN).blocks)


def test_a_copy_for_another_connection_is_not_called_repaired() -> None:
    made = MadeFrom(id="D1", how="copied")
    text = dataset_card.build(data(id="D4", made_from=made, connection="dbx-eus"), EN).text
    assert "Same content as D1, checked for dbx-eus." in text
    assert "Repaired" not in text


def test_each_side_of_held_back_data_says_its_share() -> None:
    made = MadeFrom(id="D1", how="held", share=10)
    assert (
        "10 % of D1, held back for validation."
        in dataset_card.build(data(made_from=made, role="validation"), EN).text
    )
    assert (
        "90 % of D1; the rest is held back for validation."
        in dataset_card.build(data(made_from=made), EN).text
    )


def test_nothing_is_not_counted() -> None:
    picture = data(state="refused", examples=0, tokens=0, cost=None, seconds=0.01)
    assert dataset_card.build(picture, EN).text.splitlines()[1] == "4.2 MB"


def test_who_sees_it_is_told_only_among_others() -> None:
    assert "only you see this" not in str(dataset_card.build(READY, EN))
    assert "only you see this" in str(dataset_card.build(READY, EN, alone=True))


def test_a_list_names_the_source_of_its_prices_once() -> None:
    several = [data(id="D1"), data(id="D2"), data(id="D3", role="validation")]
    for built in (
        str(data_list.build(several, EN).blocks),
        str(home.build(HomeFacts(user="U0RIN", allowed=True, jobs=(), datasets=tuple(several), at=NOW), EN)),
    ):
        assert built.count("tunesmith.toml") == 1
        assert built.count("about $18") == 2
    assert "tunesmith.toml" not in str(data_list.build([data(role="validation")], EN))


def test_the_same_content_under_another_name_is_told() -> None:
    assert (
        "Same content as D20; one of the two is enough." in dataset_card.build(data(same_as="D20"), EN).text
    )


def test_examples_in_both_halves_are_told_on_the_training_card() -> None:
    both = data(shared=9, pair="D58", pair_name="valid_w47.jsonl")
    line = "⚠ 9 examples are also in valid_w47.jsonl: validation loss will look better than it is"
    assert line in dataset_card.build(both, EN).text
    assert dataset_card.build(both, EN).text.startswith(
        "✅ train_w47.jsonl · D57: ready to train with, 1 warning\n"
    )
    assert "⚠ 1 example is also in D58: " in dataset_card.build(data(shared=1, pair="D58"), EN).text
    assert "also in" not in dataset_card.build(data(shared=9), EN).text


def test_languages_and_system_prompts_are_told_where_they_say_something() -> None:
    mixed = dataset_card.build(data(languages={"en": 29, "de": 70, "fr": 1}, systems=3), EN).text
    assert "German 70 %, English 29 % of a sample · 3 system prompts in use" in mixed
    plain = dataset_card.build(data(languages={"en": 98, "de": 2}, systems=1), EN).text
    assert "of a sample" not in plain
    assert "system prompt" not in plain


def test_a_file_that_was_not_sent_again_says_whose_it_is() -> None:
    copy = CopyFacts(connection="prod-swc", state="processed", reused_from="D12")
    assert "prod-swc: ready there as the file of D12" in dataset_card.build(data(copies=(copy,)), EN).text


def test_repaired_data_says_of_what() -> None:
    made = MadeFrom(id="D57", how="repaired")
    text = dataset_card.build(data(id="D58", made_from=made, pair="D60"), EN).text
    assert "Repaired from D57. Content was not touched." in text
    assert "It goes together with D60" in text


def actions_of(card: Any) -> list[str]:
    rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


def sound_elsewhere(*takers: str, profile: str = "preference") -> DatasetFacts:
    params: dict[str, str | int] = {
        "form": profile,
        "service": "azure_ai_studio",
        "model": "",
        "wanted": "chat",
    }
    found = FindingLine(rule="form_not_trained", severity="error", line=None, path="", params=params)
    return data(
        state="refused",
        profile=profile,
        errors=1,
        warnings=0,
        findings=(found,),
        totals={"form_not_trained": 1},
        repairable=1,
        takers=takers,
    )


def test_sound_data_for_another_service_is_not_called_broken() -> None:
    card = dataset_card.build(sound_elsewhere("dev-eus2"), EN)
    assert (
        "Nothing in it is broken, it is preference data (DPO): dev-eus2 takes it. "
        f"Write data {READY.id} for dev-eus2 to have it checked and sent there." in card.text
    )
    for wrong in ("Repair", "repaired", "messages"):
        assert wrong not in card.text
    assert not {"data_repaired", "data_use_repaired"} & set(actions_of(card))


def test_where_nobody_takes_such_data_that_is_said() -> None:
    card = dataset_card.build(sound_elsewhere(profile="reinforcement"), EN)
    assert (
        "no other connection here trains with data for reinforcement fine-tuning. Nothing has left"
        in card.text
    )


def test_pairs_can_be_written_as_chats() -> None:
    card = dataset_card.build(sound_elsewhere(profile="prompt_response"), EN)
    assert 'write {"messages": […]} on each line, or choose' in card.text
