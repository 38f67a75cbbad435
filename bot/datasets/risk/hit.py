"""What the finders hand back."""

from typing import NamedTuple

MOST_OF_A_KIND = 5
"""Places of one kind that are told of one text: enough to say that it is there, and comparing them stays cheap."""


class Hit(NamedTuple):
    """A place in a text.

    Attributes:
        rule: id of the rule. `kind`: a word of the finder that `handlers/wording` puts in words; may be empty.
        start, end: where in the text, in characters.
    """

    rule: str
    kind: str
    start: int
    end: int
