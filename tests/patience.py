"""A Slack that waits longer than the real one, for tests that are not about its three seconds.

On a busy machine the whole program, the whole sandbox and the test share a core or less: an ack or a form may then be
late, which says nothing about the program. What Slack's three seconds demand is in `journey/test_three_seconds.py`.
"""

from typing import Any

from sandbox.slack.options import SlackOptions

PATIENCE = 30.0


def patient(**more: Any) -> SlackOptions:
    """The stand-in's settings, with acks and triggers that may take as long as the test itself waits."""
    return SlackOptions(**{"ack_seconds": PATIENCE, "trigger_seconds": PATIENCE, **more})
