"""What the modals say of data: which files a connection takes, and what is not usable there."""

from typing import Any

from bot.facts.forms import Choice, UploadForm
from handlers.views import train, upload
from tests.handlers.samples import FORM

EN = "en"


def test_the_upload_modal_tells_by_connection_which_files_are_taken() -> None:
    form = UploadForm(
        connections=(Choice(value="prod-swc", label="prod-swc"), Choice(value="dbx-eus", label="dbx-eus")),
        connection="prod-swc",
        max_bytes=10_000_000,
        channel="C1",
        forms=(
            ("prod-swc", ("chat", "preference")),
            ("dev-eus2", ("chat", "preference")),
            ("dbx-eus", ("chat", "prompt_response", "text")),
            ("old", ()),
        ),
    )
    view = str(upload.build(form, EN))
    assert "prod-swc, dev-eus2: chats, preferences; " in view
    assert "dbx-eus: chats, prompts with responses, plain text as .txt; old: no training" in view


def test_the_training_modal_names_the_data_that_is_not_usable_there() -> None:
    def view(**more: Any) -> str:
        return str(train.build(FORM.model_copy(update=more), EN))

    one = view(other_data=1, other_names=("D7",), recheck="D7")
    assert "another service: D7. The command “data D7 for prod-swc” has D7 checked for this service." in one
    some = view(other_data=7, other_names=("D9", "D8"))
    assert "another service: D9, D8 and 5 more." in some
    assert "The command" not in some, "none of them would do"
    assert "another service" not in view(other_data=0)
