"""Images in messages."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words

_MODES = {"grey": "shades of grey", "palette": "a palette", "CMYK": "CMYK"}
_MAKE_IMAGE = 'write {{"type": "image_url", "image_url": {{"url": …}}}}'


def _mode(params: Params) -> Mapping[str, str]:
    word = str(params.get("mode", ""))
    return {"name": _MODES.get(word, word)}


WORDS: Mapping[str, Words] = {
    "images_refused": Words(
        "{subject} is an image, and this service or model does not train on images",
        "choose a model that does, or drop the example",
        "a part",
    ),
    "images_many": Words(
        "has {images} images; the service takes {limit} in an example",
        "split the example, or leave images out",
        many="have more images than the {limit} that the service takes in an example",
    ),
    "image_role": Words(
        "{subject} is an image in a message of the {role}", "let the user show the image", "a part"
    ),
    "image_type": Words("{subject} is {type}, not an object", _MAKE_IMAGE, "`image_url`"),
    "image_url_missing": Words("{subject} is missing", _MAKE_IMAGE, "`url`"),
    "image_detail": Words("{subject} is `{value}`", "write low, high or auto", "`detail`"),
    "image_url_form": Words(
        "{subject} is {scheme}, not an address on the web",
        "write an https address that everyone can open, or the image itself as a data URL",
        "`url`",
    ),
    "image_url_plain": Words("{subject} is sent without TLS", "write https", "`url`"),
    "image_url_private": Words(
        "{subject} is an address that leads nowhere from outside",
        "write an https address that everyone can open, or the image itself as a data URL",
        "`url`",
    ),
    "image_url_signed": Words(
        "{subject} carries a signature or password",
        "write the image itself as a data URL, or an address that is public",
        "`url`",
    ),
    "image_media": Words("{subject} is `{media}`", "save the image as JPEG, PNG or WebP", "`url`"),
    "image_data": Words(
        "{subject} is a data URL that cannot be read",
        "write data:image/png;base64, and the image in base64 on one line",
        "`url`",
    ),
    "image_content": Words(
        "{subject} says `{media}` and holds {actual}", "name the type that the image has", "`url`"
    ),
    "image_size": Words(
        "{subject} holds {bytes}, more than the {limit} that the service takes",
        "make the image smaller",
        "`url`",
    ),
    "image_mode": Words(
        "{subject} holds an image in {name}", "save the image in RGB or RGBA", "`url`", derive=_mode
    ),
}
