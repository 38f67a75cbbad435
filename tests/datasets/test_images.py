"""Images: what services take is sound, addresses are never repeated, data is what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.rules.image_data import IMAGE_MODES, MAX_IMAGE_BYTES
from bot.datasets.traits import Traits
from handlers.wording.findings import finding_text
from tests.datasets.ruling import judged, places, rules_of
from tests.datasets.smallest.images import WEB, WEBP, data_url, jpeg, part, png, showing

AT = "messages[0].content[1].image_url.url"


@pytest.mark.parametrize(
    "sound",
    [
        showing(part(WEB)),
        showing(part(WEB, detail="high"), part(WEB, detail="auto"), part(WEB, detail=None)),
        showing(part(f"{WEB}?width=40")),
        showing(part("HTTPS://IMAGES.EXAMPLE.COM/LAMP.PNG")),
        showing(part("https://93.184.216.34/lamp.png")),
        showing(part(data_url(png()))),
        showing(part(data_url(png(6)))),
        showing(part(data_url(jpeg(), "image/jpeg"))),
        showing(part(data_url(WEBP, "image/webp"))),
        showing(part(data_url(png()).replace("image/png", "IMAGE/PNG"))),
        showing(part(data_url(png()).replace(";base64", ";name=a.png;base64"))),
        showing(*[part(WEB)] * 64),
    ],
)
def test_what_the_service_takes_is_sound(sound: object) -> None:
    assert judged(sound) == ()


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("lamp.png", "image_url_form"),
        ("/srv/pictures/lamp.png", "image_url_form"),
        ("C:\\lamp.png", "image_url_form"),
        ("s3://bucket/lamp.png", "image_url_form"),
        ("iVBORw0KGgo=", "image_url_form"),
        ("https://", "image_url_form"),
        ("https://[::1", "image_url_form"),
        ("https://a b.example.com/", "image_url_form"),
        ("http://images.example.com/lamp.png", "image_url_plain"),
        ("https://localhost/lamp.png", "image_url_private"),
        ("https://nas/lamp.png", "image_url_private"),
        ("https://files.corp.internal/lamp.png", "image_url_private"),
        ("http://127.0.0.1:8000/lamp.png", "image_url_private"),
        ("https://[fe80::1]/lamp.png", "image_url_private"),
        ("https://192.168.0.4/lamp.png", "image_url_private"),
        ("https://rin:secret@images.example.com/lamp.png", "image_url_signed"),
        (f"{WEB}?X-Amz-Signature=abc", "image_url_signed"),
        (f"{WEB}?a=1&sig=abc", "image_url_signed"),
        ("", "image_url_missing"),
        ("data:image/gif;base64,R0lGODlh", "image_media"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "image_media"),
        ("data:;base64,iVBORw0KGgo=", "image_media"),
        ("data:image/png,iVBORw0KGgo=", "image_data"),
        ("data:image/png;base64", "image_data"),
        ("data:image/png;base64,iVBORw0KGgo", "image_data"),
        ("data:image/png;base64,iVBO\nRw0KGgo=", "image_data"),
        ("data:image/png;base64,é", "image_data"),
        ("data:image/png;base64,", "image_content"),
        ("data:image/png;base64,AA==", "image_content"),
        (data_url(jpeg()), "image_content"),
        (data_url(b"%PDF-1.7", "image/jpeg"), "image_content"),
        (data_url(png(0)), "image_mode"),
        (data_url(jpeg(1), "image/jpeg"), "image_mode"),
        (data_url(jpeg(4), "image/jpeg"), "image_mode"),
    ],
)
def test_other_addresses_and_data_are_told_and_never_repeated(url: str, rule: str) -> None:
    findings = judged(showing(part(url)))
    assert [(one.rule, one.path) for one in findings] == [(rule, AT)]
    said = finding_text(rule, {**findings[0].params, "path": findings[0].path})
    for secret in ("secret", "lamp", "example.com", "abc", "R0lG", "iVBO"):
        assert secret not in repr(findings)
        assert secret not in repr(said)


@pytest.mark.parametrize("detail", ["medium", "LOW", "", 1, ["low"]])
def test_detail_is_one_of_three_words(detail: object) -> None:
    assert rules_of(showing(part(WEB, detail=detail))) == ["image_detail"]


@pytest.mark.parametrize("role", ["system", "developer", "assistant", "tool"])
def test_only_the_user_shows_images(role: str) -> None:
    messages = [
        {"role": "user", "content": "Show me."},
        {"role": role, "content": [part(WEB)]},
        {"role": "assistant", "content": "There."},
    ]
    assert "image_role" in rules_of({"messages": messages})


def test_a_service_that_takes_no_images_says_so_once() -> None:
    assert places(showing(part("x"), part(WEB)), Traits(images=False)) == [
        ("images_refused", "messages[0].content[1]")
    ]
    assert rules_of(showing(part(WEB)), Traits(images=False, parts=False)) == ["content_parts_refused"]


def test_images_of_all_messages_are_counted_together() -> None:
    first = showing(*[part(WEB)] * 40)["messages"]
    assert isinstance(first, list)
    assert rules_of({"messages": first * 2}) == ["images_many"]


def test_an_image_may_have_ten_mebibytes_and_not_one_byte_more() -> None:
    most = png() + bytes(MAX_IMAGE_BYTES - len(png()))
    assert rules_of(showing(part(data_url(most)))) == []
    (only,) = judged(showing(part(data_url(most + b"\0"))))
    assert (only.rule, only.params) == (
        "image_size",
        {"bytes": MAX_IMAGE_BYTES + 1, "limit": MAX_IMAGE_BYTES},
    )


@pytest.mark.parametrize("mode", IMAGE_MODES)
def test_every_mode_is_put_in_words(mode: str) -> None:
    assert finding_text("image_mode", {"mode": mode}) != finding_text("image_mode", {"mode": "other"})


@given(st.text(max_size=60) | st.builds(lambda rest: f"data:image/png;base64,{rest}", st.text(max_size=40)))
def test_any_address_is_judged(url: str) -> None:
    judged(showing(part(url)))


@given(st.binary(max_size=60), st.sampled_from(["image/png", "image/jpeg", "image/webp"]))
def test_any_bytes_are_judged(data: bytes, media: str) -> None:
    head = {"image/png": png()[:16], "image/jpeg": b"\xff\xd8\xff", "image/webp": WEBP}[media]
    assert set(rules_of(showing(part(data_url(head + data, media))))) <= {"image_mode"}
