"""What people type, however their client mangles it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.command_line import (
    ALIASES,
    LAUNCHER,
    WORDS,
    Command,
    Permalink,
    Unknown,
    parse,
    permalink,
)

LINK = "https://acme.slack.com/archives/C0FINE/p1795365600123456"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Command(LAUNCHER)),
        ("   \u00a0 ", Command(LAUNCHER)),
        ('""', Command(LAUNCHER)),
        ("upload", Command("upload")),
        ("  Jobs  ", Command("jobs")),
        ("jobs all", Command("jobs", None, ("all",))),
        ("jobs ALL", Command("jobs", None, ("all",))),
        ("start", Command("train")),
        ("train", Command("train")),
        ("train like J142", Command("train", "J142", ("like",))),
        ("train like j0142", Command("train", "J142", ("like",))),
        ("train J142", Command("train", "J142")),
        ("status j142", Command("job", "J142")),
        ("events J142", Command("log", "J142")),
        ("pause", Command("pause")),
        ("pause!", Command("pause")),
        ("cancel, J142.", Command("cancel", "J142")),
        ("cancel\u00a0J142", Command("cancel", "J142")),
        ("cancel \u201cJ142\u201d", Command("cancel", "J142")),
        ("cancel \u2018J142\u2019", Command("cancel", "J142")),
        ("cancel `J142`", Command("cancel", "J142")),
        ("cancel \u200bJ142\ufeff", Command("cancel", "J142")),
        ("\uff43ancel \uff4a\uff11\uff14\uff12", Command("cancel", "J142")),
        ("log support-v12", Command("log", "support-v12")),
        ("log ftjob-ABC123", Command("log", "ftjob-ABC123")),
        ("log FTJOB-ABC123", Command("log", "ftjob-ABC123")),
        (f"job {LINK}", Command("job", LINK)),
        (f"job <{LINK}>", Command("job", LINK)),
        (f"job <{LINK}|a message>", Command("job", LINK)),
        (LINK, Command("job", LINK)),
        ("data", Command("data")),
        ("data d57", Command("data", "D57")),
        ("J142", Command("job", "J142")),
        ("d57", Command("data", "D57")),
        ("A31", Command("approvals", "A31")),
        ("ftjob-1a2b", Command("job", "ftjob-1a2b")),
        ("<@U0BOT> pause J142", Command("pause", "J142")),
        ("<@U0BOT|tunesmith>: pause", Command("pause")),
        ("please pause <@U0BOT>", Command("pause", None, ("<@U0BOT>",))),
        ("please pause it now, please", Command("pause")),
        ("cancel the job J142 now", Command("cancel", "J142")),
        ("pause this job", Command("pause")),
        ("log for J142 please", Command("log", "J142", ("for",))),
        ("pause it right away", Command("pause", None, ("right", "away"))),
        ("pause in 5 minutes", Command("pause", None, ("in", "5", "minutes"))),
        ("log of support-v12 ftjob-ABC", Command("log", "ftjob-ABC", ("of", "support-v12"))),
        ("job 1", Command("job", "J1")),
        ("cancel job 007", Command("cancel", "J7")),
        ("train like 142", Command("train", "J142", ("like",))),
        ("train 142", Command("train", "142")),
        ("data 57", Command("data", "D57")),
        ("please J142", Command("job", "J142")),
        ("now", Unknown("now", None)),
        ("what is going on with J7?", Command("job", "J7")),
        ("hey, is d57 fine", Command("data", "D57")),
        ("what happened to ftjob-1a2b", Command("job", "ftjob-1a2b")),
        (f"look at <{LINK}>", Command("job", LINK)),
        ("what about J7, J7 again", Command("job", "J7")),
        ("J7 and J8", Command("job", "J7", ("and", "J8"))),
        ("compare J7 with J8", Unknown("compare", None)),
        ("what about A31", Unknown("what", None)),
        ("cancle J142", Unknown("cancle", "cancel")),
        ("help", Command("help")),
        ("?", Command("help")),
        (
            "keep prod-swc/support-v10 until 2026-12-31",
            Command("keep", "prod-swc/support-v10", ("until", "2026-12-31")),
        ),
        ("deploy J142", Command("deploy", "J142")),
        ("cancel J142 J143", Command("cancel", "J142", ("J143",))),
        ('job "two words"', Command("job", "two words")),
        ('job "J142', Command("job", "J142")),
        ("jbos", Unknown("jbos", "jobs")),
        ("uplaod", Unknown("uplaod", "upload")),
        ("resul", Unknown("resul", "results")),
        ("staus J142", Unknown("staus", "job")),
        ("conn", Unknown("conn", "connections")),
        ("xyzzy", Unknown("xyzzy", None)),
        ("launcher", Command(LAUNCHER)),
    ],
)
def test_what_is_understood(text: str, expected: Command | Unknown) -> None:
    assert parse(text) == expected


def test_the_bots_mention_may_stand_anywhere() -> None:
    assert parse("pause <@U0BOT> J142", bot_user="U0BOT") == Command("pause", "J142")
    assert parse("pause J142 <@U0BOT|tunesmith>", bot_user="U0BOT") == Command("pause", "J142")


def test_a_question_with_one_job_in_it_is_about_that_job() -> None:
    asked = "hey <@U0BOT> what is going on with J7?"
    assert parse(asked, bot_user="U0BOT") == Command("job", "J7")


def test_another_mention_is_not_left_out() -> None:
    assert parse("pause J142 <@U0ANNA>", bot_user="U0BOT") != Command("pause", "J142")


def test_every_alias_leads_to_a_word() -> None:
    assert set(ALIASES.values()) <= set(WORDS)
    assert not set(ALIASES) & set(WORDS)


@pytest.mark.parametrize("word", sorted(set(WORDS) - {LAUNCHER}))
def test_every_word_is_understood_in_any_case(word: str) -> None:
    assert parse(word) == parse(word.upper()) == parse(f" {word.title()}, ") == Command(word)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (LINK, Permalink("C0FINE", "1795365600.123456", None)),
        (
            f"{LINK}?thread_ts=1795365599.000100&cid=C0FINE",
            Permalink("C0FINE", "1795365600.123456", "1795365599.000100"),
        ),
        (f"{LINK}?thread_ts=nonsense", Permalink("C0FINE", "1795365600.123456", None)),
        ("https://acme.slack.com/archives/C0FINE", None),
        ("J142", None),
        ("ftp://x/archives/C0FINE/p1795365600123456", None),
        ("https://[::1", None),
    ],
)
def test_addresses_of_messages(target: str, expected: Permalink | None) -> None:
    assert permalink(target) == expected


@given(st.text(max_size=200), st.none() | st.from_regex(r"U[A-Z0-9]{3,8}", fullmatch=True))
def test_it_never_raises_and_knows_its_words(text: str, bot_user: str | None) -> None:
    found = parse(text, bot_user)
    if isinstance(found, Command):
        assert found.word in WORDS
        assert found.target is None or found.target.strip()
    else:
        assert found.given
        assert found.nearest is None or found.nearest in WORDS


@given(
    st.sampled_from(sorted(WORDS)),
    st.lists(st.from_regex(r"[A-Za-z0-9_/.-]{0,20}[A-Za-z0-9_/-]", fullmatch=True), max_size=4),
)
def test_what_was_understood_is_understood_the_same_again(word: str, arguments: list[str]) -> None:
    first = parse(" ".join([word, *arguments]))
    assert isinstance(first, Command)
    options = [token for token in first.rest if token in WORDS[first.word]]
    others = [token for token in first.rest if token not in WORDS[first.word]]
    again = parse(" ".join([first.word, *options, *([first.target] if first.target else []), *others]))
    assert isinstance(again, Command)
    assert (again.word, again.target, sorted(again.rest)) == (first.word, first.target, sorted(first.rest))


@given(
    st.sampled_from("JDAPjdap"),
    st.integers(min_value=0, max_value=10**8),
    st.sampled_from(["", ",", ".", "\u201d", "\u00a0"]),
)
def test_ids_have_one_form(letter: str, number: int, mark: str) -> None:
    assert parse(f"job {letter}{number}{mark}") == Command("job", f"{letter.upper()}{number}")


def test_a_flood_of_text_is_cut() -> None:
    found = parse("x" * 100_000)
    assert isinstance(found, Unknown)
    assert len(found.given) <= 80
