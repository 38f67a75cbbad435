"""Text of others stays text, whole characters stay whole."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wording import markup

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1ef\U0001f1f5"
THUMB = "\U0001f44d\U0001f3fd"
ACCENT = "e\u0301"
PIECES = [*"ab <>&*_~`!@#|\n\r\t\x00", FAMILY, FLAG, THUMB, ACCENT, "\u202e", "\u65e5"]
hostile = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("abc", ["a", "b", "c"]),
        (FAMILY + "x", [FAMILY, "x"]),
        (FLAG + FLAG, [FLAG, FLAG]),
        (THUMB, [THUMB]),
        (ACCENT * 2, [ACCENT, ACCENT]),
        ("1\ufe0f\u20e3", ["1\ufe0f\u20e3"]),
        ("", []),
    ],
)
def test_what_a_reader_sees_as_one_character(text: str, pieces: list[str]) -> None:
    assert list(markup.clusters(text)) == pieces


@given(hostile, st.integers(1, 40))
def test_a_cut_keeps_whole_characters(text: str, limit: int) -> None:
    cut = markup.clip(text, limit)
    assert markup.units(cut) <= limit
    if markup.units(text) <= limit:
        assert cut == text
    else:
        assert cut.endswith("…")
        kept = list(markup.clusters(cut.removesuffix("…")))
        # trailing blanks are dropped before the mark
        assert kept == list(markup.clusters(text))[: len(kept)]


@given(hostile, st.integers(1, 60))
def test_nothing_of_others_becomes_markup(text: str, limit: int) -> None:
    safe = markup.inline(text, limit)
    assert markup.units(safe) <= limit
    assert not re.search(r"[<>*`~\n\r\t\x00\u202e]", safe)
    assert not re.search(r"&(?!(amp|lt|gt);)", safe)


def test_a_broadcast_cannot_be_formed() -> None:
    assert markup.inline("<!channel> look") == "&lt;!channel&gt; look"


def test_the_services_words_stay_as_they_are() -> None:
    text = "failed RAI checks for harm types: [self_harm, violence]. Please fix the data and try again."
    assert markup.quoted(text) == f'"{text}"'


def test_somebody_who_is_no_user_id_is_shown_as_text() -> None:
    assert markup.mention("U0ANNA99") == "<@U0ANNA99>"
    assert markup.mention("U1> <!channel") == "U1&gt; &lt;!channel"


def test_a_moment_is_a_date_token_with_utc_behind_it() -> None:
    moment = datetime(2026, 11, 22, 23, 5, tzinfo=timezone(timedelta(hours=9)))
    assert markup.when(moment) == "<!date^1795356300^{date_short_pretty} {time}|22 Nov 2026, 14:05 UTC>"
    assert markup.time_of_day(moment) == "<!date^1795356300^{time}|14:05 UTC>"


def test_the_fallback_is_plain_and_keeps_mentions() -> None:
    when = markup.when(datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
    line = f"*Bold* _soft_ `code` <@U0ANNA99> {when} <https://x.example/a|the card> a_b_c &lt;x&gt;"
    assert markup.fallback(line) == (
        "Bold soft code <@U0ANNA99> 22 Nov 2026, 14:05 UTC the card a_b_c &lt;x&gt;"
    )


def test_markup_for_places_without_markup() -> None:
    assert markup.unmarked("*Sent:* `a` &lt;b&gt; &amp;lt; c") == "Sent: a <b> &lt; c"


@given(st.lists(hostile.map(lambda text: markup.inline(text, 100)), max_size=6), st.integers(20, 200))
def test_a_long_fallback_is_cut_at_no_entity(lines: list[str], limit: int) -> None:
    text = markup.fallback(*lines, "<@U0ANNA99>" * 3, limit=limit)
    assert markup.units(text) <= limit
    assert not re.search(r"&(?!(amp|lt|gt);)", text)
    assert "<" not in text.replace("<@U0ANNA99>", "")
