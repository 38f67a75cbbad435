"""Lower case that keeps every character in its place."""

# In lower case these become ASCII, two characters, or a letter of the words that are looked for.
_ODD = "\N{KELVIN SIGN}\N{ANGSTROM SIGN}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{LATIN CAPITAL LETTER SHARP S}"
_WITHOUT_ODD = str.maketrans(dict.fromkeys(_ODD, "?"))


def lowered(text: str) -> str:
    """`text` in lower case and of the same length; four rare letters become question marks."""
    if not text.isascii() and any(letter in text for letter in _ODD):
        text = text.translate(_WITHOUT_ODD)
    return text.lower()
