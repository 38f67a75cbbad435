"""Images in messages: who sends them, how many, and where they are."""

from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, Rule, RuleSpec, clipped, json_type
from bot.datasets.rules.image_addresses import ADDRESS_SPECS, check_address
from bot.datasets.rules.image_data import DATA_SPECS, check_data
from bot.datasets.rules.places import KNOWN_ROLES, parts
from bot.datasets.rules.sources import AZURE_VISION, CHAT_API, TOGETHER
from bot.datasets.traits import Traits

MAX_IMAGES = 64

IMAGES_REFUSED = RuleSpec(
    "images_refused",
    "error",
    AZURE_VISION,
    why="The service or the model of this check does not train on images, so the job is refused.",
)
IMAGES_MANY = RuleSpec(
    "images_many",
    "error",
    AZURE_VISION,
    ("images", "limit"),
    why="The service takes no more images in one example.",
)
IMAGE_ROLE = RuleSpec(
    "image_role",
    "error",
    f"{AZURE_VISION}; {TOGETHER}",
    ("role",),
    why="Only the user shows images; the service refuses them from anyone else.",
)
IMAGE_TYPE = RuleSpec(
    "image_type",
    "error",
    CHAT_API,
    ("type",),
    why="The image is an object with a `url`; the line is refused.",
)
IMAGE_URL_MISSING = RuleSpec(
    "image_url_missing", "error", CHAT_API, why="Without an address there is no image; the line is refused."
)
IMAGE_DETAIL = RuleSpec(
    "image_detail",
    "error",
    AZURE_VISION,
    ("value",),
    why="The service knows low, high and auto, and refuses others.",
)

SPECS = (
    IMAGES_REFUSED,
    IMAGES_MANY,
    IMAGE_ROLE,
    IMAGE_TYPE,
    IMAGE_URL_MISSING,
    IMAGE_DETAIL,
    *ADDRESS_SPECS,
    *DATA_SPECS,
)

DETAILS = ("low", "high", "auto")


def _image(path: str, image: JsonValue, note: Note) -> None:
    if not isinstance(image, dict):
        note(IMAGE_TYPE, path, type=json_type(image))
        return
    detail = image.get("detail")
    if detail is not None and detail not in DETAILS:
        note(
            IMAGE_DETAIL,
            f"{path}.detail",
            value=clipped(detail) if isinstance(detail, str) else json_type(detail),
        )
    url = image.get("url")
    if not isinstance(url, str) or not url.strip():
        note(IMAGE_URL_MISSING, f"{path}.url")
    elif url[:5].lower() == "data:":
        check_data(f"{path}.url", url, note)
    else:
        check_address(f"{path}.url", url, note)


def _message(path: str, message: JsonMap, note: Note) -> int:
    role, count = message.get("role"), 0
    for number, part in parts(message):
        if part.get("type") != "image_url":
            continue
        count += 1
        at = f"{path}.content[{number}]"
        if isinstance(role, str) and role in KNOWN_ROLES - {"user"}:
            note(IMAGE_ROLE, at, role=role)
        else:
            _image(f"{at}.image_url", part.get("image_url"), note)
    return count


def _check(example: Example, note: Note) -> None:
    talk = example.talk
    count = sum(_message(f"{talk.path}[{index}]", message, note) for index, message in talk.turns)
    if count > MAX_IMAGES:
        note(IMAGES_MANY, talk.path, images=count, limit=MAX_IMAGES)


def _refuse(example: Example, note: Note) -> None:
    talk = example.talk
    for index, message in talk.turns:
        for number, part in parts(message):
            if part.get("type") == "image_url":
                note(IMAGES_REFUSED, f"{talk.path}[{index}].content[{number}]")
                return


def images_rule(traits: Traits) -> Rule | None:
    """What is asked of images; None where content is text anyway, so that a list has a finding already."""
    if not traits.images:
        return Rule((IMAGES_REFUSED,), _refuse) if traits.parts else None
    return Rule(SPECS[1:], _check)
