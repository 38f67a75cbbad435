"""Nothing that a file can contain crashes the check, and what is wrong with it is found."""

from pathlib import Path

import pytest
from hypothesis import given

from bot.datasets.options import FORMS, Options
from bot.datasets.profiles import Profile, profile
from bot.datasets.rules.base import JsonValue, Note
from bot.datasets.services import traits
from bot.datasets.traits import Traits
from scripts.hostile_files import FILES, LONG, main
from tests.datasets.files import checked, found
from tests.datasets.lines import VALUES
from tests.datasets.noted import noted


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_the_right_finding(name: str) -> None:
    report = checked(FILES[name].make())
    if FILES[name].finds:
        assert FILES[name].finds & report.totals.keys(), found(report)
    else:
        assert report.counts["error"] == report.counts["warning"] == 0, found(report)
        assert report.examples >= 13


@pytest.mark.parametrize("name", FILES)
def test_pieces_do_not_matter(name: str) -> None:
    data = FILES[name].make()
    whole, pieces = checked(data), checked(data, piece=50_021)
    # Tokens are estimated from some of the lines, which pieces may choose in another way.
    apart = {"seconds": 0, "tokens": 0}
    assert whole.to_json() | apart == pieces.to_json() | apart


@pytest.mark.parametrize("profile_name", FORMS)
def test_no_form_crashes_on_any_of_them(profile_name: str) -> None:
    for file in FILES.values():
        data = file.make()
        if len(data) < LONG // 4:
            checked(data, Options(profile=profile_name, max_line_bytes=100_000))


def test_the_corpus_is_the_same_every_time_and_is_written_to_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["hostile_files", str(tmp_path / "corpus")])
    main()
    assert {one.name: one.read_bytes() for one in (tmp_path / "corpus").iterdir()} == {
        name: file.make() for name, file in FILES.items()
    }


@given(VALUES, VALUES, VALUES)
def test_no_value_crashes_any_form(first: object, second: object, third: object) -> None:
    for form in FORMS:
        one = profile(form)
        for line in (
            first,
            {"messages": first, "tools": second, "id": third},
            {"messages": [first, {"role": second, "content": third}]},
            {"messages": [{"role": "assistant", "content": [first, {"type": second}], "tool_calls": third}]},
            {"input": first, "preferred_output": second, "non_preferred_output": third},
            {"input": {"messages": [first]}, "preferred_output": [second], "non_preferred_output": [third]},
            {"prompt": first, "completion": second, "response": third},
            {"text": first, "more": second},
        ):
            for service in ("azure_openai", "databricks"):
                _look(one, line, traits(service))


def _look(one: Profile, line: JsonValue, asked: Traits) -> None:
    def look(note: Note) -> None:
        example = one.example(line, note)
        if example is not None:
            for rule in one.rules(asked):
                rule.check(example, note)
            assert all(isinstance(text, str) for pair in one.texts(example) for text in pair)

    noted(look)
