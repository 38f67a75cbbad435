"""How many tokens a text has, without a vocabulary."""


def count_tokens(text: str) -> int:
    """A fair guess at a tokenizer's count: four ASCII characters, or one other character, per token."""
    ascii_characters = len(text.encode("ascii", errors="ignore"))
    return (ascii_characters + 3) // 4 + len(text) - ascii_characters
