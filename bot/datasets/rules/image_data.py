"""Images that stand in the line itself, as data URLs: their type, size and first bytes."""

import binascii
import re

from bot.datasets.options import MEBIBYTE
from bot.datasets.rules.base import Note, RuleSpec, clipped
from bot.datasets.rules.sources import AZURE_VISION, TOGETHER

MAX_IMAGE_BYTES = 10 * MEBIBYTE

IMAGE_MEDIA = RuleSpec(
    "image_media",
    "error",
    f"{AZURE_VISION}; {TOGETHER}",
    ("media",),
    why="The service takes JPEG, PNG and WebP, and refuses other types.",
)
IMAGE_DATA = RuleSpec(
    "image_data",
    "error",
    TOGETHER,
    why="What follows the comma of a data URL is base64; the service cannot read anything else.",
)
IMAGE_CONTENT = RuleSpec(
    "image_content",
    "error",
    AZURE_VISION,
    ("media", "actual"),
    why="The first bytes are not those of the type that is named, so the image is skipped or the line refused.",
)
IMAGE_SIZE = RuleSpec(
    "image_size",
    "error",
    f"{AZURE_VISION}; {TOGETHER}",
    ("bytes", "limit"),
    why="The service takes images up to this size.",
)
IMAGE_MODE = RuleSpec(
    "image_mode",
    "warning",
    AZURE_VISION,
    ("mode",),
    why="The service takes images in the modes RGB and RGBA, and skips or refuses others.",
)

DATA_SPECS = (IMAGE_MEDIA, IMAGE_DATA, IMAGE_CONTENT, IMAGE_SIZE, IMAGE_MODE)

_HEAD = re.compile(r"data:([^;,]{0,100})((?:;[^;,]{0,100}){0,8}),", re.IGNORECASE)
_TAKEN = ("image/jpeg", "image/png", "image/webp")
_PNG_MODES = {0: "grey", 3: "palette", 4: "grey"}
_JPEG_MODES = {1: "grey", 4: "CMYK"}
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
IMAGE_MODES = ("grey", "palette", "CMYK")
"""Values of `mode` in `image_mode`."""
_MOST_SEGMENTS = 200
_FIRST_BYTES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)


def _kind(data: bytes) -> str:
    """Media type that the first bytes tell; empty = none that is known."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1"):
        return "image/heif"
    return next((kind for first, kind in _FIRST_BYTES if data.startswith(first)), "")


def _jpeg_mode(data: bytes) -> str:
    """Walks the segments up to the frame's header, which says how many components there are."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if len(data) < at + 10 or data[at] != 0xFF:
            return ""
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            return _JPEG_MODES.get(data[at + 9], "")
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return ""


def _mode(kind: str, data: bytes) -> str:
    """A mode that the service does not take; empty = fine, or not to be told from the head."""
    if kind == "image/png" and data[12:16] == b"IHDR" and len(data) > 25:
        return _PNG_MODES.get(data[25], "")
    return _jpeg_mode(data) if kind == "image/jpeg" else ""


def check_data(path: str, url: str, note: Note) -> None:
    """Report what is wrong with the image in a data URL. The time is linear in its length."""
    head = _HEAD.match(url)
    if head is None:
        note(IMAGE_DATA, path)
        return
    media = head.group(1).strip().lower()
    if media not in _TAKEN:
        note(IMAGE_MEDIA, path, media=clipped(media) or "no type")
        return
    if not head.group(2).lower().endswith(";base64"):
        note(IMAGE_DATA, path)
        return
    try:
        data = binascii.a2b_base64(url[head.end() :].encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        note(IMAGE_DATA, path)
        return
    if len(data) > MAX_IMAGE_BYTES:
        note(IMAGE_SIZE, path, bytes=len(data), limit=MAX_IMAGE_BYTES)
        return
    kind = _kind(data)
    if kind != media:
        note(IMAGE_CONTENT, path, media=media, actual=kind or "no known image")
    elif mode := _mode(kind, data):
        note(IMAGE_MODE, path, mode=mode)
