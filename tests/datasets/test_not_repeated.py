"""What stands where a name should may be a secret: no report repeats it."""

import json

import pytest

from tests.datasets.files import ANSWER, checked, jsonl, line


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_" + "a1B2" * 9,
        "AKIA" + "Q7ZX" * 4,
        "rin.okada@mail.example",
        "+81 90 1234 5678",
        "4929795422058797",
        "Hx7!kd92Lq",
    ],
)
def test_what_stands_where_a_name_should_is_not_repeated(secret: str) -> None:
    example = line({"messages": [{"role": secret, "content": "a", secret: 1}, ANSWER], secret: 2})
    report = checked(jsonl(example))
    assert {"role_unknown", "message_unknown_key", "example_unknown_key"} <= set(report.totals)
    assert secret not in json.dumps(report.to_json(), ensure_ascii=False)
    assert report.turns["other"] == 1
