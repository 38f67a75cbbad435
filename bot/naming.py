"""What a service's rule for names means to somebody who types one."""

import re

SIGNS = "-_."
"""Characters beside letters and digits that rules differ in."""


def signs(pattern: str, minimum: int = 1) -> str:
    """Those of `SIGNS` that an anchored pattern takes inside a name of at least `minimum` characters."""
    some = "a" * max(1, minimum)
    return "".join(sign for sign in SIGNS if re.match(pattern, f"a{sign}{some}"))


def letter_first(pattern: str, minimum: int = 1) -> bool:
    """Whether a name that begins with a digit is refused."""
    return not re.match(pattern, f"1{'a' * max(1, minimum)}")
