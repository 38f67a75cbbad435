"""The picture of a job's curves inside a later answer: the file that is shared in the thread already."""

from sqlalchemy import Connection, select

from bot.chat import Rendered
from bot.store.jobs import Job
from bot.store.work_tables import outbox
from handlers.desk import Desk

BLOCKS = 50


async def with_picture(desk: Desk, job: Job, message: Rendered) -> Rendered:
    """The message with the job's picture on top; unchanged when none was shared."""
    shared = await desk.deps.store.read(lambda c: _shared(c, job))
    if shared is None:
        return message
    file_id, alt = shared
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": (alt or job.label)[:2000]}
    return Rendered(message.text, (message.blocks[0], image, *message.blocks[1 : BLOCKS - 1]))


def _shared(connection: Connection, job: Job) -> tuple[str, str] | None:
    """The id of its file, and what is drawn in it."""
    row = connection.execute(
        select(outbox.c.file).where(outbox.c.key == f"job:{job.label}:picture", outbox.c.state == "sent")
    ).first()
    return (str(row.file["file_id"]), str(row.file.get("title", ""))) if row and row.file else None
