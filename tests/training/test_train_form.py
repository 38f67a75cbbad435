"""The training modal offers the data that the chosen connection takes for the chosen method; cards name the service."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.config.connections import Price
from bot.config.load import load
from bot.datasets.facts import dataset_facts
from bot.facts.forms import TrainForm
from bot.questions import Questions, Wish
from bot.store import connections, datasets
from tests.deployments.asking_bench import CONFIG, MODEL, RIN, Asking, asking_in
from tests.training.jobs_of import NOW

EUS, DBX = "prod-swc", "dbx-eus"
DATABRICKS = f"""
[[connections]]
name = "{DBX}"
provider = "databricks"
endpoint = "http://127.0.0.1:9"
key = "dapi-x"
region = "East US"
[connections.options]
volume = "/Volumes/main/tuning/data"
register_to = "main.tuning"
"""


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG + DATABRICKS, encoding="utf-8")
    with asking_in(load(path, {})) as made:
        yield made


def add(asking: Asking, at: str, profile: str = "chat", **more: Any) -> str:
    """A sound dataset, checked for a connection."""
    number = datasets.add(
        asking.c,
        team_id=RIN.team_id,
        owner=RIN.user_id,
        name=f"{profile}.jsonl",
        source={"file_id": "F1", "connection": at, **more.pop("source", {})},
        role="training",
        now=NOW,
    )
    values = {"state": "ready", "profile": profile, "examples": 360, "tokens": 1_000_000, **more}
    datasets.change(asking.c, number, now=NOW, **values)
    return f"D{number}"


def form(asking: Asking, **wish: Any) -> TrainForm:
    return Questions(asking.settings, asking.providers).train_form(asking.c, RIN, Wish(**wish))


def offered(shown: TrainForm) -> list[str]:
    return [one.value for one in shown.datasets]


def test_data_of_another_service_or_form_is_not_offered(asking: Asking) -> None:
    chat, preference = add(asking, EUS), add(asking, EUS, "preference")
    there, text = add(asking, DBX), add(asking, DBX, "text")
    assert offered(form(asking, connection=EUS)) == [chat]
    shown = form(asking, connection=EUS)
    assert (shown.other_data, shown.other_names) == (3, (text, there, preference))
    assert shown.recheck == there, "the others are of a form that this method does not read"
    assert offered(form(asking, connection="dev-eus2")) == [chat], "the same service, by the same rules"
    assert offered(form(asking, connection=DBX, method="supervised")) == [there]
    assert offered(form(asking, connection=DBX, method="pretraining")) == [text]
    assert offered(form(asking, connection=EUS, method="dpo")) == [preference]


def test_a_choice_says_what_it_is_and_for_which_connection(asking: Asking) -> None:
    add(asking, EUS)
    add(asking, DBX, "text")
    assert form(asking, connection=EUS).datasets[0].note == (
        "chat · checked for prod-swc · 360 examples · training"
    )
    (text,) = form(asking, connection=DBX, method="pretraining").datasets
    assert text.note == "text · checked for dbx-eus · 360 lines · training"


def test_what_does_not_fit_is_not_chosen_beforehand(asking: Asking) -> None:
    chat, there = add(asking, EUS), add(asking, DBX)
    assert form(asking, connection=DBX, method="supervised", train=chat, valid=chat).train is None
    assert form(asking, connection=DBX, method="supervised", train=chat, valid=chat).valid is None
    assert form(asking, connection=DBX, method="supervised", train=there.lower()).train == there


def test_where_nothing_fits_all_is_shown_and_nothing_chosen(asking: Asking) -> None:
    chat = add(asking, EUS)
    shown = form(asking, connection=DBX, train=chat)
    assert (offered(shown), shown.other_data, shown.train) == ([chat], 1, None)


def test_the_upload_modal_knows_what_each_connection_takes(asking: Asking) -> None:
    shown = dict(Questions(asking.settings, asking.providers).upload_form(RIN, "C1").forms)
    assert shown[DBX] == ("chat", "prompt_response", "text")
    assert {"chat", "preference"} <= set(shown[EUS])


def facts(asking: Asking, label: str, **settings: Any) -> Any:
    found = datasets.get(asking.c, int(label[1:]))
    assert found is not None
    return dataset_facts(asking.c, found, asking.settings.model_copy(update=settings), asking.providers)


def test_one_of_two_is_enough_only_where_the_same_rules_hold(asking: Asking) -> None:
    first = add(asking, EUS, sha256="ab")
    copied = add(asking, DBX, sha256="ab", source={"copied": 1, "for": DBX})
    again = add(asking, DBX, sha256="ab")
    elsewhere = add(asking, "dev-eus2", sha256="ab")
    assert facts(asking, copied).same_as is None
    assert facts(asking, again).same_as == copied
    assert facts(asking, elsewhere).same_as == first
    assert facts(asking, copied).connection == DBX


def test_a_price_names_the_cheapest_model_or_is_that_of_all_of_them(asking: Asking) -> None:
    price = Price(
        model="*", training_per_million=Decimal(2), currency="USD", source="example", as_of=date(2026, 11, 22)
    )
    base = replace(MODEL, kind="base", id="m-one", short="m-one", base="m-one", job_id=None)
    two = replace(base, id="m-two", short="m-two", base="m-two")
    old = replace(two, training_ends=NOW)
    label = add(asking, EUS)

    def shown(*models: Any, prices: Any = (price,)) -> tuple[str, float | None]:
        connections.put_catalogue(asking.c, EUS, models, now=NOW)
        told = facts(asking, label, prices=prices)
        return told.cost_model, told.cost.high if told.cost else None

    assert shown(base) == ("m-one", 6.0)
    assert shown(base, two) == ("", 6.0), "it is the price whichever is chosen"
    dear = price.model_copy(update={"model": "m-three", "training_per_million": Decimal(9)})
    three = replace(base, id="m-three", short="m-three", base="m-three")
    assert shown(base, three, prices=(dear, price)) == ("m-one", 6.0)
    assert shown(base, two, three, prices=(dear, price)) == ("", None), (
        "none of the cheapest is the usual choice"
    )
    assert shown(base, old) == ("m-one", 6.0)
    datasets.change(asking.c, int(label[1:]), now=NOW, state="refused")
    assert shown(base) == ("", None)


def test_data_that_is_only_in_the_wrong_place_names_who_takes_it(asking: Asking) -> None:
    report = {"counts": {"error": 1}, "totals": {"form_not_trained": 1}}
    label = add(asking, DBX, state="refused", profile="preference", report=report)
    takers = facts(asking, label).takers
    assert EUS in takers
    assert DBX not in takers
    datasets.change(
        asking.c,
        int(label[1:]),
        now=NOW,
        report={"counts": {"error": 2}, "totals": {"form_not_trained": 1, "json_invalid": 1}},
    )
    assert facts(asking, label).takers is None, "something is broken in it"


def test_the_form_names_the_models_that_other_regions_train(asking: Asking) -> None:
    away = replace(MODEL, id="l", short="Llama", kind="base", lifecycle="other-region", trainable=False)
    connections.put_catalogue(
        asking.c, EUS, [MODEL, replace(away, regions=("West US 3", "East US"))], now=NOW
    )
    add(asking, EUS)
    assert form(asking, connection=EUS).elsewhere == (("Llama", "West US 3, East US"),)
    connections.put_catalogue(asking.c, EUS, [MODEL, away], now=NOW)
    assert form(asking, connection=EUS).elsewhere == ()
