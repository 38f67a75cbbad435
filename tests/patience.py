"""How long tests wait, and a Slack that waits longer than the real one for tests that are not about its three seconds.

On a busy machine the whole program, the whole sandbox and the test share a core or less: an ack or a form may then be
late, which says nothing about the program. What Slack's three seconds demand is in `journey/test_three_seconds.py`.
"""

from typing import Any

from sandbox.slack.options import SlackOptions

PATIENCE = 120.0
"""Seconds until something that should have come counts as not coming: only a test that fails waits as long."""
_SLACKS = 30.0


def patient(**more: Any) -> SlackOptions:
    """The stand-in's settings, with acks and triggers that may be late."""
    return SlackOptions(**{"ack_seconds": _SLACKS, "trigger_seconds": _SLACKS, **more})
