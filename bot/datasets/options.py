"""What a file is checked against."""

from dataclasses import dataclass
from typing import Literal

MEBIBYTE = 1024 * 1024

Form = Literal["chat", "preference", "reinforcement", "prompt_response", "text"]
"""How a line is built. `tools` and `vision` are chats in which such a thing occurs."""

FORMS: tuple[Form, ...] = ("chat", "preference", "reinforcement", "prompt_response", "text")
PROFILES = ("chat", "tools", "vision", "preference", "reinforcement", "prompt_response", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Limits and rules for one check. The defaults are Azure OpenAI's (contract section 1.3).

    Attributes:
        profile: the kind of file, one of `PROFILES`; empty = recognised from its first lines.
        service: whose rules these are, a kind of `providers.registry` (`bot.datasets.services`).
        model: base model that the data is for; empty = not known yet, and only what all models ask is asked.
        max_bytes: largest file that the service takes, with the byte-order mark.
        min_examples: fewest examples that the service trains on. `max_examples`: most; None = not known.
        max_image_examples: most examples with images.
        byte_order_mark: the upload will carry a mark, so that its three bytes count.
        max_line_bytes: longer lines are reported and not looked into, which bounds the memory. A picture of 10 MB, the
            largest that is trained on, takes 13.4 MB as text.
        max_example_tokens: what the model takes; None = not known.
        text_file: a file that is no JSON is plain text, and trained on as it stands.
    """

    profile: str = ""
    service: str = "azure_openai"
    model: str = ""
    max_bytes: int = 512 * MEBIBYTE
    min_examples: int = 10
    max_examples: int | None = None
    max_image_examples: int = 50_000
    byte_order_mark: bool = True
    max_line_bytes: int = 16 * MEBIBYTE
    max_example_tokens: int | None = None
    text_file: bool = False
