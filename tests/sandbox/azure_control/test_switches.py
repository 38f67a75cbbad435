"""The panel's switches of the control plane."""

from typing import Any

import pytest

from sandbox.azure_openai import Switches, UnknownSwitchError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deploy_seconds", -1),
        ("ready_seconds", "6"),
        ("arm_rights", "admin"),
        ("arm_rights", ["owner"]),
        ("unreadable_sources", 1),
        ("policy_denied", None),
        ("fail_deployment", ["Broken"]),
        ("fail_deployment", ["Broken", ""]),
        ("fail_deployment", "no"),
    ],
)
def test_a_wrong_value_changes_nothing(name: str, value: Any) -> None:
    switches = Switches()
    before = switches.as_json()
    with pytest.raises(UnknownSwitchError):
        switches.configure({"speed": 3, name: value})
    assert switches.as_json() == before


def test_what_was_set_is_shown() -> None:
    switches = Switches()
    wanted = {
        "deploy_seconds": 0.0,
        "arm_rights": "reader",
        "fail_deployment": ("Broken", "It broke."),
        "policy_denied": True,
    }
    switches.configure({**wanted, "fail_deployment": ["Broken", "It broke."]})
    assert switches.as_json().items() >= wanted.items()
    switches.configure({"fail_deployment": None})
    assert switches.fail_deployment is None
