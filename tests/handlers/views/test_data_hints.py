"""What the modals say of data: which files a connection takes, and what is not usable there."""

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
    assert "dbx-eus: chats, prompts with responses, plain text as .txt; old: no training any more" in view


def test_the_training_modal_tells_how_much_data_is_not_usable_there() -> None:
    def view(others: int) -> str:
        return str(train.build(FORM.model_copy(update={"other_data": others}), EN))

    assert "another service: 2 datasets. Write data D57 for prod-swc" in view(2)
    assert "another service" not in view(0)
