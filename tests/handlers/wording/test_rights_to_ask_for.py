"""What to ask for, so that a training can start: to be copied, grouped by scope; and what to change in the data."""

import pytest

from bot.facts.jobs import FailureFacts
from bot.naming import letter_first, signs
from handlers.wording import fixes
from handlers.wording.error_tables import azure_ai, azure_ai_hosting, databricks, databricks_hosting
from handlers.wording.requirements import KIND, to_ask_for

ACTIONS = (
    "a/read @ /subscriptions/1",
    "a/* @ /subscriptions/1",
    "b/write @ /subscriptions/1/resourceGroups/g",
)


def test_commands_come_first_and_rights_stand_below_their_scope() -> None:
    told = to_ask_for(FailureFacts(kind=KIND, code="marketplace", grants=("az role <x>", *ACTIONS)), "en")
    assert told == (
        "What to ask for:\n```\naz role &lt;x&gt;\n```\n"
        "Or a role of your own with these rights:\n```\n"
        "on /subscriptions/1\n  a/read\n  a/*\non /subscriptions/1/resourceGroups/g\n  b/write\n```"
    )


def test_rights_alone_and_nothing() -> None:
    told = to_ask_for(FailureFacts(kind=KIND, code="marketplace", grants=ACTIONS[:1]), "en")
    assert told == "What to ask for, a role with these rights:\n```\non /subscriptions/1\n  a/read\n```"
    assert to_ask_for(FailureFacts(kind=KIND, code="region"), "en") == ""
    assert to_ask_for(FailureFacts(kind="quota", grants=ACTIONS), "en") == ""
    assert to_ask_for(None, "en") == ""


def test_a_long_list_says_how_many_more() -> None:
    many = tuple(f"a{number}/read @ /s" for number in range(33))
    told = to_ask_for(FailureFacts(kind=KIND, code="role", grants=many), "en")
    assert "a29/read" in told
    assert "a30/read" not in told
    assert "and 3 more" in told


def test_sql_can_be_copied_as_it_stands() -> None:
    line = "GRANT USE SCHEMA ON SCHEMA main.ft TO `0a1b-2c`;"
    told = to_ask_for(FailureFacts(kind=KIND, code="use_schema", grants=(line,)), "en")
    assert f"```\n{line}\n```" in told


def test_nothing_in_a_right_ends_the_block() -> None:
    told = to_ask_for(FailureFacts(kind=KIND, code="role", grants=("```<@U1>",)), "en")
    assert told.count("```") == 2
    assert "<@U1>" not in told


@pytest.mark.parametrize("code", sorted(azure_ai.FIXES["en"]))
def test_every_fix_of_azure_ai_reaches_the_message(code: str) -> None:
    assert fixes.fix("azure_ai_studio", {"fix": code}, "en") == azure_ai.FIXES["en"][code]
    assert fixes.fix("azure_openai", {"fix": code}, "en") == ""


@pytest.mark.parametrize("code", sorted(databricks.FIXES["en"]))
def test_every_fix_of_databricks_reaches_the_message(code: str) -> None:
    assert fixes.fix("databricks", {"fix": code}, "en") == databricks.fix(code, {}, "en")
    assert fixes.fix("databricks", {"fix": code}, "en")


def test_no_fix_is_no_sentence() -> None:
    assert fixes.fix("azure_ai_studio", {}, "en") == ""
    assert fixes.fix("azure_ai_studio", {"fix": "never heard of"}, "en") == ""


@pytest.mark.parametrize(
    ("pattern", "taken", "first"),
    [
        (r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$", "-_.", False),
        (r"^[a-zA-Z][a-zA-Z0-9-]{0,51}$", "-", True),
        (r"^[A-Za-z0-9]+$", "", False),
    ],
)
def test_what_a_rule_for_names_means(pattern: str, taken: str, first: bool) -> None:
    assert (signs(pattern, 2), letter_first(pattern, 2)) == (taken, first)


@pytest.mark.parametrize(
    "sentences", [azure_ai_hosting.REQUIREMENTS["en"], databricks_hosting.REQUIREMENTS["en"]]
)
def test_what_stands_in_a_bold_headline_has_no_bold_of_its_own(
    sentences: dict[str, tuple[str, str, str]],
) -> None:
    assert not [code for code, (happened, _, _) in sentences.items() if "*" in happened]
