"""Every rule has words, and every word finds its parameter."""

import pytest

from bot.datasets.rules import registry, shape, syntax
from bot.datasets.rules.base import RuleSpec
from bot.datasets.sniff import FORMATS
from handlers.wording.findings import WORDS, finding_text, several_text

NUMBERS = {"column", "offset", "bytes", "limit", "examples", "minimum", "others"}
SPECS = {spec.id: spec for spec in registry.SPECS}


def _params(spec: RuleSpec) -> dict[str, str | int]:
    return {name: 1_234_567 if name in NUMBERS else "word" for name in spec.params}


def test_rules_and_words_are_the_same_set() -> None:
    assert WORDS.keys() == SPECS.keys()


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.id)
@pytest.mark.parametrize("path", ["", "messages[2].content"])
def test_words_have_all_they_need(spec: RuleSpec, path: str) -> None:
    said = finding_text(spec.id, {**_params(spec), "path": path})
    assert said.message
    assert said.remedy
    for text in said:
        assert "{subject" not in text
        assert not text.endswith((".", "!"))
        assert text.count("`") % 2 == 0


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.id)
def test_several_lines_have_a_verb_in_the_plural_or_a_subject(spec: RuleSpec) -> None:
    said = several_text(spec.id, _params(spec))
    assert said.remedy
    assert said.message.startswith((": `", ": a ", ": the file ", " are ", " have ", " end "))


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.id)
def test_every_parameter_is_said(spec: RuleSpec) -> None:
    plain = finding_text(spec.id, _params(spec))
    for name in spec.params:
        if name in ("reason", "format"):
            continue
        other: str | int = 7_654_321 if name in NUMBERS else "another"
        assert finding_text(spec.id, {**_params(spec), name: other}) != plain, name


@pytest.mark.parametrize(
    ("rule", "name", "words"),
    [
        ("json_syntax", "reason", syntax.REASONS),
        ("file_format", "format", FORMATS),
        ("format_other", "format", shape.OTHER_FORMATS),
    ],
)
def test_every_word_of_ours_is_put_in_words(rule: str, name: str, words: tuple[str, ...]) -> None:
    said = [finding_text(rule, {**_params(SPECS[rule]), name: word}).message for word in words]
    assert len(set(said)) == len(words)
    unknown = finding_text(rule, {**_params(SPECS[rule]), name: "some_word"}).message
    assert "some_word" in unknown
    assert not any(word in text for word, text in zip(words, said, strict=True) if "_" in word)


def test_messages_go_on_where_the_line_number_left_off() -> None:
    assert finding_text("content_empty", {"path": "messages[2].content"}) == (
        "`messages[2].content` is empty",
        "write the answer or drop the example",
    )
    assert finding_text("content_empty", {}).message == "`content` is empty"
    assert finding_text("json_truncated", {"column": 90}) == (
        "ends in the middle of the JSON, at column 90",
        "export again",
    )


def test_a_misspelt_word_gets_the_nearest_one() -> None:
    said = finding_text("role_unknown", {"role": "assitant", "path": "messages[1].role"})
    assert said.message == "`messages[1].role` is `assitant`, which is no role (`assistant`?)"
    for far in ("xyz", "helper"):
        assert "?" not in finding_text("role_unknown", {"role": far}).message


def test_words_from_the_file_cannot_leave_their_code_span() -> None:
    assert "`a'b`" in finding_text("role_unknown", {"role": "a`b"}).message


def test_braces_from_the_file_are_only_text() -> None:
    said = finding_text("message_unknown_key", {"key": "{limit}", "path": "messages[0].{limit}"})
    assert "`messages[0].{limit}`" in said.message


def test_sizes_are_readable() -> None:
    said = finding_text("file_too_large", {"bytes": 600 * 1024 * 1024, "limit": 512 * 1024 * 1024})
    assert said.message == "the file has 600 MiB, the service takes 512 MiB at most"


def test_a_rule_of_another_version_is_shown_by_its_name() -> None:
    assert finding_text("rule_of_tomorrow", {"x": 1}) == ("rule of tomorrow", "")
