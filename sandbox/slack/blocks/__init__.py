"""Which blocks, views and attachments Slack takes: pure functions from a payload to the refusals."""

from sandbox.slack.blocks.surfaces import check_attachments, check_blocks, check_view, too_large

__all__ = ["check_attachments", "check_blocks", "check_view", "too_large"]
