"""How much text a text is."""

_WIDE = 0x2E80


def letters(text: str) -> int:
    """Number of letters; a wide one (Chinese, Japanese, Korean) counts as two, since it says more."""
    return sum(2 if ord(letter) >= _WIDE else 1 for letter in text if letter.isalpha())
