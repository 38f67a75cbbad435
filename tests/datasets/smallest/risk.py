"""Smallest files with one risk each."""

from collections.abc import Mapping

from tests.datasets.files import chat
from tests.datasets.risk_samples import PERSONS, SECRETS
from tests.datasets.smallest.case import Case


def _case(text: str) -> Case:
    return Case(
        chat(
            {"role": "user", "content": "What does the note on the fridge say?"},
            {"role": "assistant", "content": f"There it is in red: {text}"},
        )
    )


CASES: Mapping[str, Case] = {
    **{sample.rule: _case(sample.text) for sample in (*SECRETS, *PERSONS)},
    "topic_violence": _case("just punch him"),
    "topic_self_harm": _case("skip your meals"),
    "topic_sexual": _case("explicit scene"),
    "topic_hate": _case("people like them"),
}
