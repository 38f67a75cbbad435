"""What data for a connection is checked against."""

from bot.datasets.options import Options
from bot.deps import Deps


def asked(deps: Deps, name: str) -> Options:
    """The options of a check of data for the connection `name`. `NotThere` when the configuration lost it."""
    able = deps.provider(name).capabilities
    limits = deps.settings.limits
    return Options(
        service=deps.settings.connection(name).provider,
        max_bytes=min(able.limits.file_bytes or limits.intake_max_bytes, limits.intake_max_bytes),
        min_examples=able.limits.min_examples,
        byte_order_mark=able.byte_order_mark,
    )
