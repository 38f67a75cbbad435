"""Checks a training file while it streams by, in bounded memory."""

import builtins
import hashlib
import time

from bot.datasets import sniff
from bot.datasets.concluding import Harvest, Reread, conclude
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Each, Findings
from bot.datasets.gathered import Gathered
from bot.datasets.options import Options
from bot.datasets.passing import SCAN_FROM, Pass
from bot.datasets.plain import PlainPass, is_plain
from bot.datasets.profiles import form_of
from bot.datasets.recognise import recognised
from bot.datasets.report import Report
from bot.datasets.sampling import Sampling


class Checker:
    """One check: `feed` the bytes of a file in pieces of any size, then `finish` once.

    Args:
        options: what the file is checked against.
        each: called with every finding at once, also with those that the report does not keep.
        digest: compute the SHA-256; otherwise the report's is empty, for whoever has it already.
        expected: bytes of the file, 0 = not known; with it less work is thrown away.
        reread: gives lines of the file again by their numbers, so that duplicates are compared and not only
        their hashes.
        scan_from: bytes before blocks are scanned and the fast path opens; None = never, which takes longer
        and finds the same.
    """

    def __init__(
        self,
        options: Options,
        *,
        each: Each | None = None,
        digest: bool = True,
        expected: int = 0,
        reread: Reread | None = None,
        scan_from: int | None = SCAN_FROM,
    ) -> None:
        self._options, self._began = options, time.perf_counter()
        self._each, self._expected, self._reread, self._scan_from = each, expected, reread, scan_from
        self._sha256 = hashlib.sha256() if digest else None
        self._bytes = 0
        self._head: list[bytes] | None = []
        self._facts = FileFacts()
        self._pass: Pass | PlainPass | None = None

    @property
    def bytes(self) -> int:
        """Fed so far."""
        return self._bytes

    def feed(self, chunk: builtins.bytes) -> None:
        """The next piece of the file."""
        if self._sha256 is not None:
            self._sha256.update(chunk)
        self._bytes += len(chunk)
        if self._head is not None:
            self._head.append(chunk)
            if self._bytes >= sniff.HEAD_BYTES:
                self._judge_head(self._head)
        elif self._pass is not None:
            self._pass.feed(chunk)

    def finish(self) -> Report:
        """What was found."""
        if self._head is not None:
            self._judge_head(self._head)
        harvest = self._harvest()
        harvest.facts.bytes = self._bytes
        sha256 = self._sha256.hexdigest() if self._sha256 is not None else ""
        seconds = time.perf_counter() - self._began
        return conclude(self._options, harvest, reread=self._reread, sha256=sha256, seconds=seconds)

    def _harvest(self) -> Harvest:
        done = self._pass
        if done is None:
            return Harvest(Findings(self._each), self._facts, Gathered(), Sampling())
        done.finish()
        done.facts.has_bom = self._facts.has_bom
        return Harvest(done.findings, done.facts, done.gathered, done.sampling, done.over_limit)

    def _judge_head(self, pieces: "list[builtins.bytes]") -> None:
        self._head = None
        data = b"".join(pieces)
        self._facts = judged(data[: sniff.HEAD_BYTES], self._options)
        if self._facts.encoding or self._facts.mistaken:
            return
        mark = len(sniff.BYTE_ORDER_MARK) if self._facts.has_bom else 0
        if self._facts.plain:
            self._pass = PlainPass(self._options, offset=mark, each=self._each)
            self._pass.feed(data[mark:])
            return
        self._pass = Pass(
            self._options,
            self._facts.form,
            offset=mark,
            expected=self._expected,
            each=self._each,
            # of a large file the patterns are needed anyway
            scan_from=0
            if self._scan_from is not None and self._expected > self._scan_from
            else self._scan_from,
        )
        self._pass.feed(data[mark:])


def judged(head: bytes, options: Options) -> FileFacts:
    """What the first bytes of a file say: encoding, mark, another format, form.

    Args:
        head: the first `bot.datasets.sniff.HEAD_BYTES`, or the whole file.
        options: a profile that is named there is not guessed.
    """
    facts = FileFacts()
    facts.encoding = sniff.wide_encoding(head) or ""
    if facts.encoding:
        return facts
    facts.has_bom = head.startswith(sniff.BYTE_ORDER_MARK)
    head = head.removeprefix(sniff.BYTE_ORDER_MARK)
    if options.text_file and is_plain(head, options):
        facts.form, facts.plain = "text", True
        return facts
    facts.mistaken = sniff.mistaken(head) or ""
    if not facts.mistaken:
        facts.form = form_of(options.profile) or recognised(head)
    return facts
