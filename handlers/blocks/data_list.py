"""What a person has sent."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.datasets import DatasetFacts
from handlers.blocks.primitives import Block, actions, as_message, button, context, footer, section
from handlers.blocks.rows import data_row
from handlers.wording import datasets, numbers
from handlers.wording.actions import label
from handlers.wording.lists import say
from handlers.wording.markup import fallback

SHOWN = 20


def build(found: Sequence[DatasetFacts], locale: str, more: int = 0) -> Rendered:
    """The newest first; `more` is how many the caller has left out."""
    title = say("data", locale)
    shown = found[:SHOWN]
    left = more + len(found) - len(shown)
    nothing = say("data_none", locale)
    upload = button(label("upload", locale), "data_upload", "new", style="primary")
    blocks: list[Block] = [
        section(title),
        *([data_row(data, locale) for data in shown] or [section(nothing)]),
        *(
            [context(say("more_data", locale, datasets=numbers.count(left, "dataset", locale)))]
            if left
            else []
        ),
        *actions([upload], "data_list"),
        *footer(datasets.sources(shown, locale)),
    ]
    lines = [datasets.headline(data, locale) for data in shown] or [nothing]
    return Rendered(fallback(title, *lines), as_message(blocks))
