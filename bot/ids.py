"""Names that people type: one letter per kind and a running number (`J142`, `D57`)."""

import re
import secrets
from collections.abc import Callable

_NAME = re.compile(r"([JDAP])0*([1-9][0-9]{0,17})", re.IGNORECASE)

NewId = Callable[[], str]
"""Makes a new unguessable name for correlation ids and file names; a parameter, so that tests repeat."""


def job_name(number: int) -> str:
    """`J142` for 142."""
    return f"J{number}"


def dataset_name(number: int) -> str:
    """`D57` for 57."""
    return f"D{number}"


def request_name(number: int) -> str:
    """`A31` for 31."""
    return f"A{number}"


def deployment_name(number: int) -> str:
    """`P12` for 12."""
    return f"P{number}"


def number_of(name: str, letter: str) -> int | None:
    """142 for `J142` or `j142` with letter `J`; None when it is not such a name."""
    found = _NAME.fullmatch(name.strip())
    return int(found[2]) if found and found[1].upper() == letter else None


def random_id() -> str:
    """Sixteen hexadecimal digits."""
    return secrets.token_hex(8)
