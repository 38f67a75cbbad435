"""What one pass over a file learned about the file as a whole."""

from dataclasses import dataclass, field

from bot.datasets.options import Form


@dataclass(slots=True)
class FileFacts:
    """Filled by the checker, judged by `bot.datasets.whole`.

    Attributes:
        bytes: size as it is, a byte-order mark included. `lines`: physical ones, blank ones too.
        examples: lines that hold one. `form`: how they are built.
        has_bom: it begins with the mark of UTF-8.
        encoding: `utf-16`, `utf-32` when its first bytes say so, else empty.
        mistaken: one of `bot.datasets.sniff.FORMATS` when it is no JSON Lines at all, else empty.
        plain: it is plain text, and trained on as such.
        only_blank: no line holds anything. `any_json`: some line is JSON.
        other_forms: lines of another form than `form`, by its name.
        carriage_returns: lines that end with CR LF.
        ends_open: the last line has no line feed. `cut`: and it is JSON that ends in its middle.
        tools: examples that declare or call tools. `images`: examples with images.
    """

    bytes: int = 0
    lines: int = 0
    examples: int = 0
    form: Form = "chat"
    has_bom: bool = False
    encoding: str = ""
    mistaken: str = ""
    plain: bool = False
    only_blank: bool = True
    any_json: bool = False
    other_forms: dict[str, int] = field(default_factory=dict)
    carriage_returns: int = 0
    ends_open: bool = False
    cut: bool = False
    tools: int = 0
    images: int = 0
