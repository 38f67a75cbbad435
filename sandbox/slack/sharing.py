"""Sharing uploads, which Slack finishes some time after it has said ok (contract section 2.1)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sandbox.slack.files import File
from sandbox.slack.options import SlackOptions
from sandbox.slack.posting import Posting
from sandbox.slack.workspace import Channel


class Sharing:
    """Finishes uploads in the background: the message with the file appears later than the answer."""

    def __init__(self, options: SlackOptions, posting: Posting) -> None:
        self._options = options
        self._posting = posting
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._jobs: dict[str, tuple[list[File], list[Channel], dict[str, Any]]] = {}

    def later(self, files: Sequence[File], channels: Sequence[Channel], message: dict[str, Any]) -> None:
        """Share these files in these channels as one message each, once they are finished."""
        key = files[0].id
        for file in files:
            file.completed, file.finalised = True, False
            file.hidden_polls = self._options.file_polls
        self._jobs[key] = (list(files), list(channels), message)
        self._waiting[key] = asyncio.create_task(self._after_a_while(key))

    def polled(self, file: File) -> None:
        """`files.info` was called: the last hidden poll finishes the file."""
        if file.hidden_polls > 0:
            file.hidden_polls -= 1
        if file.hidden_polls == 0 and not file.finalised:
            key = next((key for key, (files, _, _) in self._jobs.items() if file in files), None)
            if key is not None:
                self._finish(key)

    async def close(self) -> None:
        """Give up what is not finished."""
        tasks = list(self._waiting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _after_a_while(self, key: str) -> None:
        await asyncio.sleep(self._options.file_seconds)
        self._finish(key)

    def _finish(self, key: str) -> None:
        job = self._jobs.pop(key, None)
        if job is None:
            return
        files, channels, message = job
        for file in files:
            file.finalised = True
        # The trap of issue 1818: with an alternative text the share is silently lost.
        shown = [file for file in files if not file.never_shared]
        if not shown:
            return
        for channel in channels:
            self._posting.from_app(channel, files=shown, **message)
