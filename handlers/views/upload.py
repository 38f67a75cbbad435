"""The upload modal. It is never shown again with an error when a file was attached: the file would be gone.

What is wrong with a file is told in a message (contracts/slack.md section 1.3, MODEL.md traps).
"""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.forms import UploadForm
from handlers.blocks.primitives import Block, Element, context, section
from handlers.views.inputs import (
    Untrusted,
    Values,
    answered,
    choice,
    chosen,
    field,
    modal,
    options,
    text,
    typed,
)
from handlers.wording import numbers
from handlers.wording.modals import say

CALLBACK = "upload"

LONGEST = 3000
"""Characters of a text input, Slack's own limit: room for two addresses."""
_NAMED = 6
_FILE_ID = r"^F[A-Z0-9]{2,30}$"


class FileHandle(Untrusted):
    """A file that was attached; only its id counts, the rest is Slack's word for it."""

    id: Annotated[str, Field(pattern=_FILE_ID)]
    name: str = ""
    size: int | None = None


class Upload(Untrusted):
    """What was sent. `training` is None when the file input came back empty or unreadable.

    `address` is what was typed; it may hold a secret, so it is neither kept nor shown.
    """

    connection: str | None
    training: FileHandle | None
    validation: FileHandle | None
    channel: str
    address: Annotated[str, Field(repr=False)] = ""

    @property
    def empty_handed(self) -> bool:
        """Whether no file is attached."""
        return self.training is None and self.validation is None


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
            file_input("training_file"),
            hint=_hint(form, locale),
            optional=bool(form.accounts),
        ),
        field(
            "validation",
            say("upload_validation", locale),
            file_input("validation_file"),
            hint=say("upload_validation_hint", locale),
            optional=True,
        ),
        *_address(form, locale),
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
        training=attached(values, "training"),
        validation=attached(values, "validation"),
        channel=_channel(private_metadata),
        address=typed(values, "address"),
    )


def _hint(form: UploadForm, locale: str) -> str:
    """Which files can be sent, connection by connection; those that take the same are told together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, forms in form.forms:
        alike.setdefault(forms, []).append(name)
    told = [
        say(
            "upload_forms",
            locale,
            {
                "connection": ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else ""),
                "forms": ", ".join(say(f"form_{one}", locale) for one in forms) or say("form_closed", locale),
            },
        )
        for forms, names in list(alike.items())[:_NAMED]
    ]
    taken = "; ".join(told) or say("upload_forms_any", locale)
    return say("upload_training_hint", locale, {"forms": taken}, size=numbers.size(form.max_bytes))


def _address(form: UploadForm, locale: str) -> list[Block]:
    """Instead of files, where there are accounts to read from."""
    if not form.accounts:
        return []
    hint = say("upload_address_hint", locale, {"accounts": ", ".join(form.accounts)})
    shown = text("upload_address", "", most=LONGEST)
    return [field("address", say("upload_address", locale), shown, hint=hint, optional=True)]


def file_input(action_id: str) -> Element:
    """An input for one file."""
    # No `filetypes`: Slack does not know jsonl and calls such files text, json or binary.
    return {"type": "file_input", "action_id": action_id, "max_files": 1}


def attached(values: Values, block_id: str) -> FileHandle | None:
    """The file of a file input; None when there is none, or nothing that is one."""
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
