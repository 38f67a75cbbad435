"""Data that a person hands in: attached to a form, or named by the address of a blob."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bot.datasets import importing, taking_in
from bot.datasets.taking_in import Attached, Taken
from bot.errors import Denied, Invalid
from bot.ids import dataset_name
from handlers.blocks import answers
from handlers.call import Call
from handlers.command_line import Command
from handlers.desk import Desk
from handlers.views.upload import Upload
from handlers.wording import replies
from providers.azure_blob import BlobAddress, StorageAccount

WEB = ("https://", "http://")


def accounts(desk: Desk) -> tuple[StorageAccount, ...]:
    """The storage accounts that may be named."""
    return tuple(reader.account for reader in desk.deps.blobs.values())


def of_form(given: Upload, known: Sequence[StorageAccount]) -> list[Attached]:
    """What the upload form holds; an address stands for the file that is not attached.

    Raises:
        Invalid: nothing, too much, or an address that cannot be used.
    """
    files = [
        Attached(file_id=one.id, name=one.name, size=one.size, role=role)
        for one, role in ((given.training, "training"), (given.validation, "validation"))
        if one is not None
    ]
    addresses = importing.named(given.address, known)
    if not files and not addresses:
        raise Invalid("nothing_given" if known else "no_file", {}, field="training")
    if len(files) + len(addresses) > importing.MOST:
        raise Invalid("too_many_sources", {}, field=importing.FIELD)
    free = {"training", "validation"} - {file.role for file in files}
    role = "training" if "training" in free else "validation"
    two = len(addresses) == importing.MOST  # which is which is told by their names
    blobs = [_blob(one, None if two else role) for one in addresses]
    return sorted([*files, *blobs], key=lambda file: file.role or "")


def _blob(address: BlobAddress, role: str | None) -> Attached:
    return Attached(name=address.file_name, role=role, elsewhere=importing.source(address))


def addresses_in(command: Command) -> list[str]:
    """The addresses among the words of a command."""
    return [one for one in (command.target, *command.rest) if one and one.lower().startswith(WEB)]


async def take_addresses(desk: Desk, call: Call, command: Command) -> None:
    """`upload https://…`, with the name of a connection if it is not the first. Raises `Invalid`."""
    blobs = importing.named(" ".join(addresses_in(command)), accounts(desk))
    names = [one.name for one in desk.deps.settings.connections]
    target = next((one for one in (command.target, *command.rest) if one in names), names[0])
    files = [_blob(one, "training" if len(blobs) == 1 else None) for one in blobs]
    source: Mapping[str, str] = {"via": call.via, "channel": call.channel}

    def work(connection: Connection) -> Taken:
        now = desk.deps.clock.now()
        return taking_in.take_in(
            connection, files, call.actor, target=target, source=source, via=call.via, now=now, corr=call.corr
        )

    await received(desk, call, files, await desk.deps.store.write(work))


async def received(desk: Desk, call: Call, files: Sequence[Attached], taken: Taken) -> None:
    """Say that the files arrived; the findings follow privately. What was here before is named."""
    try:
        await desk.deps.people.require(call.actor)
    except Denied:
        return  # the task that reads the file asks too, and tells it once whatever happens to this process
    locale = await desk.locale(call)
    new = [file.name for file, number in zip(files, taken.numbers, strict=True) if number not in taken.before]
    said = [replies.say("data_received", locale, {"names": ", ".join(new)})] if new else []
    said += [
        replies.say("data_known", locale, {"name": file.name, "dataset": dataset_name(number)})
        for file, number in zip(files, taken.numbers, strict=True)
        if number in taken.before
    ]
    await desk.reply(call, answers.under_way(" ".join(said), locale))
