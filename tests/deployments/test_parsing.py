"""Tags and dates as people type them."""

import string
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.approvals import WorkingHours
from bot.deployments.parsing import format_tags, format_until, parse_tags, parse_until
from bot.errors import Invalid
from bot.working_hours import Hours
from tests.training.jobs_of import NOW

CODES = {"tags_form", "tags_reserved", "tags_characters", "tags_long", "tags_twice", "tags_many"}
HOURS = Hours.of(WorkingHours(), "Asia/Tokyo")
NAMES = st.text(string.ascii_letters + string.digits + "._-: ", min_size=1, max_size=20).map(str.strip)
VALUES = st.text(string.ascii_letters + "=;:/ é日", max_size=20).map(str.strip)


T = TypeVar("T")


def outcome(parse: Callable[[], T]) -> tuple[T | None, Invalid | None]:
    """What was read, or how it was refused; nothing else is raised."""
    try:
        return parse(), None
    except Invalid as error:
        return None, error


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", {}),
        (" \n, ,\r\n", {}),
        ("team=ml", {"team": "ml"}),
        ("team=ml, cost=4711", {"team": "ml", "cost": "4711"}),
        (" team = ml \r\n cost=a=b \n", {"team": "ml", "cost": "a=b"}),
        ("empty=", {"empty": ""}),
    ],
)
def test_pairs_stand_in_lines_or_between_commas(text: str, tags: dict[str, str]) -> None:
    assert parse_tags(text) == tags


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("team", "tags_form"),
        ("=ml", "tags_form"),
        ("team=\x07", "tags_form"),
        ("tunesmith-request=A1", "tags_reserved"),
        ("Tunesmith-Request=A1", "tags_reserved"),
        ("a/b=c", "tags_characters"),
        ("team=a, Team=b", "tags_twice"),
        ("a" * 513 + "=b", "tags_long"),
        ("a=" + "b" * 257, "tags_long"),
        (",".join(f"t{n}=x" for n in range(46)), "tags_many"),
    ],
)
def test_every_tag_that_is_refused_says_why_at_its_field(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_tags(text)
    assert (refused.value.code, refused.value.field) == (code, "tags")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_reads_the_same_again(text: str) -> None:
    tags, refused = outcome(lambda: parse_tags(text))
    if tags is None:
        assert refused is not None
        assert refused.code in CODES
        assert all(len(str(value)) <= 80 for value in refused.params.values())
        return
    assert parse_tags(format_tags(tags)) == tags
    assert all(name and not name.casefold().startswith("tunesmith-") for name in tags)


@given(st.dictionaries(NAMES.filter(bool), VALUES, max_size=20))
def test_sound_tags_come_back_as_they_were(tags: dict[str, str]) -> None:
    wanted = {name.casefold(): (name, value) for name, value in tags.items()}
    sound = {
        name: value
        for name, value in wanted.values()
        if not ({"/", "tunesmith-"} & {name, name[:10].casefold()})
    }
    assert parse_tags(format_tags(sound)) == sound


def test_a_day_means_the_end_of_its_working_hours_where_the_person_is() -> None:
    assert parse_until("2027-01-31", HOURS, NOW) == datetime(2027, 1, 31, 8, tzinfo=UTC), "17:00 in Tokyo"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31 Jan", "until_form"),
        ("2027-02-30", "until_form"),
        ("20270131", "until_form"),
        ("2027-W05-7", "until_form"),
        ("0001-01-01", "until_past"),
        ("２０２７-01-31", "until_form"),
        ("2026-11-21", "until_past"),
        ("2026-11-22", "until_past"),
    ],
)
def test_a_day_that_is_none_or_over_is_refused_at_its_field(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_until(text, HOURS, NOW)
    assert (refused.value.code, refused.value.field) == (code, "until")


def test_the_last_day_of_all_is_no_day_where_it_ends_later() -> None:
    with pytest.raises(Invalid) as refused:
        parse_until("9999-12-31", Hours.of(WorkingHours(), "America/Los_Angeles"), NOW)
    assert refused.value.code == "until_form"


@given(st.text(max_size=30))
def test_any_text_for_a_day_is_read_or_refused(text: str) -> None:
    at, refused = outcome(lambda: parse_until(text, HOURS, NOW))
    assert at > NOW if at else refused and refused.code in {"until_form", "until_past", "until_far"}


ZONES = st.sampled_from(
    ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin", "", "Not/There"]
)


@pytest.mark.parametrize("given_day", ["2032-01-01", "9999-12-31"])
def test_a_day_that_no_model_lives_to_see_is_a_slip(given_day: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_until(given_day, HOURS, NOW)
    assert (refused.value.code, refused.value.field) == ("until_far", "until")


@given(st.dates(date(2026, 11, 24), date(2031, 11, 20)), ZONES, st.times())
def test_a_day_comes_back_as_it_was_typed_in_every_zone(day: date, zone: str, end: time) -> None:
    hours = Hours.of(WorkingHours(end=end.replace(fold=0)), zone)
    at = parse_until(day.isoformat(), hours, NOW)
    assert format_until(at, hours) == day.isoformat()
    assert abs(at - datetime.combine(day, end, UTC)) <= timedelta(hours=15)
