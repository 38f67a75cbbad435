"""What a file is checked against."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Limits and rules for one check. The defaults are Azure OpenAI's (contract section 1.3).

    Attributes:
        profile: the kind of file, a key of `bot.datasets.profiles`.
        service: whose limits these are; it only stands in the report.
        max_bytes: largest file that the service takes, with the byte-order mark.
        min_examples: fewest examples that the service trains on.
        byte_order_mark: the upload will carry a mark, so that its three bytes count.
        max_line_bytes: longer lines are reported and not looked into, which bounds the memory.
        max_example_tokens: what the model takes; None = not known.
    """

    profile: str = "chat"
    service: str = "azure_openai"
    max_bytes: int = 512 * MEBIBYTE
    min_examples: int = 10
    byte_order_mark: bool = True
    max_line_bytes: int = 8 * MEBIBYTE
    max_example_tokens: int | None = None
