"""The upload modal. It has file inputs, so it is never shown again with an error: the file would be gone.

What is wrong with a file is told in a message (contracts/slack.md section 1.3, MODEL.md traps).
"""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.forms import UploadForm
from handlers.blocks.primitives import Block, Element, context, section
from handlers.views.inputs import Untrusted, Values, answered, choice, chosen, field, modal, options
from handlers.wording import numbers
from handlers.wording.modals import say

CALLBACK = "upload"

_FILE_ID = r"^F[A-Z0-9]{2,30}$"


class FileHandle(Untrusted):
    """A file that was attached; only its id counts, the rest is Slack's word for it."""

    id: Annotated[str, Field(pattern=_FILE_ID)]
    name: str = ""
    size: int | None = None


class Upload(Untrusted):
    """What was sent. `training` is None when the file input came back empty or unreadable."""

    connection: str | None
    training: FileHandle | None
    validation: FileHandle | None
    channel: str


class _Metadata(Untrusted):
    channel: Annotated[str, Field(max_length=50)] = ""


def build(form: UploadForm, locale: str) -> dict[str, object]:
    """The modal for `views.open`."""
    if not options(form.connections):
        blocks: list[Block] = [section(say("no_connection", locale))]
        return modal(CALLBACK, say("upload_title", locale), blocks, close=say("close", locale))
    blocks = [
        field(
            "connection",
            say("upload_connection", locale),
            choice("upload_connection", form.connections, form.connection, say("choose", locale)),
            hint=say("upload_connection_hint", locale),
        ),
        field(
            "training",
            say("upload_training", locale),
            _file("training_file"),
            hint=say("upload_training_hint", locale, size=numbers.size(form.max_bytes)),
        ),
        field(
            "validation",
            say("upload_validation", locale),
            _file("validation_file"),
            hint=say("upload_validation_hint", locale),
            optional=True,
        ),
        context(say("upload_larger", locale)),
    ]
    return modal(
        CALLBACK,
        say("upload_title", locale),
        blocks,
        close=say("close", locale),
        submit=say("upload_submit", locale),
        metadata=_Metadata(channel=form.channel[:50]).model_dump_json(),
    )


def parse(values: Values, private_metadata: str) -> Upload:
    """What was sent; never an error at a field."""
    return Upload(
        connection=chosen(values, "connection"),
        training=_handle(values, "training"),
        validation=_handle(values, "validation"),
        channel=_channel(private_metadata),
    )


def _file(action_id: str) -> Element:
    # No `filetypes`: Slack does not know jsonl and calls such files text, json or binary.
    return {"type": "file_input", "action_id": action_id, "max_files": 1}


def _handle(values: Values, block_id: str) -> FileHandle | None:
    for one in answered(values, block_id).files[:1]:
        try:
            return FileHandle.model_validate(one)
        except ValidationError:
            return None
    return None


def _channel(private_metadata: str) -> str:
    try:
        return _Metadata.model_validate_json(private_metadata or "{}").channel
    except ValidationError:
        return ""
