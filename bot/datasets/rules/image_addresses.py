"""Addresses of images that the service fetches itself. No address is ever part of a finding."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from bot.datasets.rules.base import Note, RuleSpec, clipped
from bot.datasets.rules.sources import AZURE_VISION, TOGETHER

IMAGE_URL_FORM = RuleSpec(
    "image_url_form",
    "error",
    f"{AZURE_VISION}; {TOGETHER}",
    ("scheme",),
    why="The service reads a public address on the web or a data URL, and skips or refuses everything else.",
)
IMAGE_URL_PLAIN = RuleSpec(
    "image_url_plain",
    "hint",
    AZURE_VISION,
    why="Without TLS anyone on the way can put another image in its place.",
)
IMAGE_URL_PRIVATE = RuleSpec(
    "image_url_private",
    "error",
    AZURE_VISION,
    why="The service fetches the image from outside, where this address leads nowhere.",
)
IMAGE_URL_SIGNED = RuleSpec(
    "image_url_signed",
    "hint",
    AZURE_VISION,
    why="The address carries a signature or password: the file gives it to everyone who reads it, "
    "and once it expires the image is skipped.",
)

ADDRESS_SPECS = (IMAGE_URL_FORM, IMAGE_URL_PLAIN, IMAGE_URL_PRIVATE, IMAGE_URL_SIGNED)

_SIGNATURE = re.compile(
    r"(?:^|[&;])(?:sig|signature|x-amz-signature|x-goog-signature|x-oss-signature|access_token|token|key|api_key)=",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:")
_PRIVATE_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".example")


def _private(host: str) -> bool:
    name = host.rstrip(".").lower()
    try:
        return not ipaddress.ip_address(name.partition("%")[0]).is_global
    except ValueError:
        return "." not in name or name.endswith(_PRIVATE_NAMES)


def _split(url: str) -> SplitResult | None:
    try:
        found = urlsplit(url)
        return found if found.hostname and not any(map(str.isspace, url)) else None
    except ValueError:
        return None


def check_address(path: str, url: str, note: Note) -> None:
    """Report what keeps the service from fetching `url`, or should make its owner think again."""
    scheme = _SCHEME.match(url)
    word = scheme.group()[:-1].lower() if scheme else ""
    if word not in ("http", "https"):
        note(IMAGE_URL_FORM, path, scheme=clipped(word) or "a path")
        return
    found = _split(url)
    if found is None or found.hostname is None:
        note(IMAGE_URL_FORM, path, scheme="a broken address")
        return
    if _private(found.hostname):
        note(IMAGE_URL_PRIVATE, path)
    elif word == "http":
        note(IMAGE_URL_PLAIN, path)
    if found.password is not None or _SIGNATURE.search(found.query):
        note(IMAGE_URL_SIGNED, path)
