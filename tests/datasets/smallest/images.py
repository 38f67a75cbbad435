"""Rules about images. The pictures are heads of files: a first line of bytes and what tells size and mode."""

import base64
from collections.abc import Mapping

from bot.datasets.options import MEBIBYTE, Options
from tests.datasets.files import ANSWER, QUESTION, chat
from tests.datasets.smallest.case import Case

LARGE = Options(max_line_bytes=32 * MEBIBYTE)


def png(mode: int = 2) -> bytes:
    """The head of a PNG of 1 by 1; `mode` is its colour type (2 = RGB)."""
    size = (1).to_bytes(4, "big") * 2
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + size + bytes([8, mode, 0, 0, 0])


def jpeg(components: int = 3) -> bytes:
    """The head of a JPEG with one segment before its frame."""
    before = b"\xff\xe0" + (16).to_bytes(2, "big") + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + (8 + 3 * components).to_bytes(2, "big") + bytes([8, 0, 1, 0, 1, components])
    return b"\xff\xd8" + before + frame + bytes(3 * components)


WEBP = b"RIFF\x1a\0\0\0WEBPVP8L"


def data_url(data: bytes, media: str = "image/png") -> str:
    """The data URL of these bytes."""
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def part(url: object, **more: object) -> dict[str, object]:
    """One part of content with an image."""
    return {"type": "image_url", "image_url": {"url": url, **more}}


def showing(*parts: object) -> dict[str, object]:
    """An example whose user shows these parts."""
    return chat({**QUESTION, "content": [{"type": "text", "text": "What is this?"}, *parts]}, ANSWER)


WEB = "https://images.example.com/lamp.png"

CASES: Mapping[str, Case] = {
    "images_refused": Case(showing(part(WEB)), Options(model="gpt-4o-mini-2024-07-18")),
    "images_many": Case(showing(*[part(WEB)] * 65)),
    "image_role": Case(chat(QUESTION, {**ANSWER, "content": [part(WEB)]})),
    "image_type": Case(showing({"type": "image_url", "image_url": WEB})),
    "image_url_missing": Case(showing({"type": "image_url", "image_url": {"detail": "low"}})),
    "image_detail": Case(showing(part(WEB, detail="medium"))),
    "image_url_form": Case(showing(part("file:///srv/pictures/lamp.png"))),
    "image_url_plain": Case(showing(part("http://images.example.com/lamp.png"))),
    "image_url_private": Case(showing(part("https://10.0.0.7/lamp.png"))),
    "image_url_signed": Case(showing(part(f"{WEB}?sv=2024&sig=c2VjcmV0"))),
    "image_media": Case(showing(part(data_url(b"GIF89a", "image/gif")))),
    "image_data": Case(showing(part("data:image/png;base64,iVBO Rw0KG"))),
    "image_content": Case(showing(part(data_url(jpeg())))),
    "image_size": Case(showing(part(data_url(png() + bytes(10 * MEBIBYTE)))), LARGE),
    "image_mode": Case(showing(part(data_url(png(3))))),
}
