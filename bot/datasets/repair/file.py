"""Repairs a whole file: streaming, in bounded memory, whole or not at all."""

import shutil
from collections.abc import Callable
from pathlib import Path

from bot.datasets import recognise, services, sniff
from bot.datasets.options import Form, Options
from bot.datasets.plain import is_plain
from bot.datasets.profiles import form_of
from bot.datasets.repair.line import LineRepair
from bot.datasets.repair.lines import Lines
from bot.datasets.repair.record import Account, Repairs
from bot.datasets.repair.replacing import PIECE, replacing
from bot.datasets.repair.returns import feeds_for_returns
from bot.datasets.sniff import BYTE_ORDER_MARK
from bot.datasets.traits import Traits


def repair(
    source: Path,
    target: Path,
    options: Options,
    form: Form | None = None,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Repairs:
    """Write `source` to `target` with everything repaired that needs no judgement.

    What is no JSON Lines (a table, an archive, UTF-16) and lines that cannot be repaired are written as they are;
    lines longer than `options.max_line_bytes` are not looked into. Content is never touched, and a line that needs no
    repair stays as it is to the byte. Repairing what was repaired changes nothing.

    Args:
        source: the file.
        target: where the repaired one goes, with the permissions of `source`; a file that is there is replaced when
            the new one is complete.
        options: what it is checked against.
        form: how its lines are built; None = as `options.profile` says, else recognised.
        progress: told how many bytes of `source` were read, now and then.

    Raises:
        SameFileError: `target` is `source`.
        OSError: one of the two cannot be read or written.
    """
    account = Account()
    with replacing(source, target) as (file, out):
        head = file.read(sniff.HEAD_BYTES)
        start = head.removeprefix(BYTE_ORDER_MARK)
        kind = sniff.wide_encoding(head) or sniff.mistaken(start)
        file.seek(0)
        if kind not in (None, sniff.LONE_RETURNS) or is_plain(start, options):
            shutil.copyfileobj(file, out, PIECE)
        else:
            asked = services.traits(options.service, options.model)
            mender = LineRepair(form or form_of(options.profile) or _recognised(start, asked), asked)
            old = kind == sniff.LONE_RETURNS
            lines = feeds_for_returns(file) if old else file
            wanted = options.byte_order_mark
            Lines(lines, out, mender, account, options.max_line_bytes, wanted, old, progress).run()
        size = out.tell()
    return account.repairs(size)


def _recognised(head: bytes, asked: Traits) -> Form:
    """What the first lines are once they can be read."""
    syntax = LineRepair("text", asked)
    lines = (line for line in head.replace(b"\r", b"\n").split(b"\n") if line and not line.isspace())
    return recognise.recognised(b"\n".join(syntax.mend(line).line for line in lines))
