"""What people call models, the same at every service; what a service's rule for names means to who types one."""

import re

SIGNS = "-_."
"""Characters beside letters and digits that rules differ in."""

MODEL_NAME = 75
"""Characters of a Slack select option (contracts/slack.md)."""
_BESIDE = re.compile(r"/versions/[^/]*$|-[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def base_name(name: str) -> str:
    """A base model without its publisher, its version and its date: `Llama-3.2-3B-Instruct`, `gpt-4.1-mini`."""
    return _BESIDE.sub("", name).rpartition("/")[2]


def model_name(suffix: str, base: str, job: str = "", step: int | None = None) -> str:
    """`support-v12 · gpt-4.1-mini · J142`, `Phi-4-mini-instruct · J1`; what tells models apart comes first.

    `suffix` is what somebody chose for it, or the service's own name of a model that was made elsewhere; `base` is
    left out where that holds it already.
    """
    at = f" step {step}" if step is not None else ""
    short = base_name(base)
    head, tail = suffix or short, f" · {short}" if suffix and short else ""
    tail = "" if short.casefold() in suffix.casefold() else tail
    tail = f"{at}{tail[:36]}" + (f" · {job}" if job else "")
    room = MODEL_NAME - len(tail)
    return (head if len(head) <= room else head[: room - 1] + "…") + tail


def signs(pattern: str, minimum: int = 1) -> str:
    """Those of `SIGNS` that an anchored pattern takes inside a name of at least `minimum` characters."""
    some = "a" * max(1, minimum)
    return "".join(sign for sign in SIGNS if re.match(pattern, f"a{sign}{some}"))


def letter_first(pattern: str, minimum: int = 1) -> bool:
    """Whether a name that begins with a digit is refused."""
    return not re.match(pattern, f"1{'a' * max(1, minimum)}")
