"""An estimate of tokens by script, for when no tokenizer with its vocabulary is at hand.

The unit is a hundredth of a token, so that sums are whole numbers. Each character counts by its UTF-8 lead byte:

    ASCII                                        1/4 token    English prose: about four letters a token
    two bytes  (é, ß, Cyrillic, Greek, Arabic)   2/5 token
    E0-E2      (Indic scripts, Thai, ’ “ … €)    2/5 token
    E3-E9      (kana, han)                       4/5 token
    EA-EF      (Hangul, fullwidth forms)         3/5 token
    four bytes (emoji, rare han)                 2 tokens

Every message adds 4 (its role and the marks around it), every example 3, as the chat format does (anchors B.2, the
cookbook's counting). The figures are those of vocabularies of 200,000 entries; an estimate is always labelled as one.
"""

from collections.abc import Mapping

UNIT = 100
PER_MESSAGE = 4 * UNIT
PER_EXAMPLE = 3 * UNIT

ASCII = 25
_FOUR_BYTES = 200
_WEIGHTS = ((bytes(range(0xC0, 0xE3)), 40), (bytes(range(0xE3, 0xEA)), 80), (bytes(range(0xEA, 0xF0)), 60))
_NOT_LEADS = bytes(range(0xC0))


def text_units(text: str) -> int:
    """Hundredths of tokens of one text."""
    if text.isascii():
        return len(text) * ASCII
    # What is left is one lead byte for each character beyond ASCII.
    rest = text.encode("utf-8", "surrogatepass").translate(None, _NOT_LEADS)
    units = (len(text) - len(rest)) * ASCII
    for kind, weight in _WEIGHTS:
        others = rest.translate(None, kind)
        units += (len(rest) - len(others)) * weight
        rest = others
    return units + len(rest) * _FOUR_BYTES


def value_units(value: object) -> int:
    """Hundredths of tokens of a nested value (tools, calls, parts): keys, texts, one for each other value."""
    units = 0
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            units += text_units(node)
        elif isinstance(node, Mapping):
            units += sum(map(text_units, node)) + UNIT
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        else:
            units += UNIT
    return units


def tokens(units: int) -> int:
    """Whole tokens, rounded up."""
    return -(-units // UNIT)
