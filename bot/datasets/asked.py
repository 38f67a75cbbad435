"""What data for a connection is checked against."""

from bot.datasets import services
from bot.datasets.options import Options
from bot.deps import Deps


def asked(deps: Deps, name: str, file: str = "") -> Options:
    """The options of a check of data for the connection `name`. `NotThere` when the configuration lost it.

    `file` is the name of the file.
    """
    able = deps.provider(name).capabilities
    limits = deps.settings.limits
    service = deps.settings.connection(name).provider
    return Options(
        service=service,
        max_bytes=min(able.limits.file_bytes or limits.intake_max_bytes, limits.intake_max_bytes),
        min_examples=able.limits.min_examples,
        byte_order_mark=able.byte_order_mark,
        text_file=services.text_file(service, file),
    )
