"""The pages that are open, and what is pushed to them (`WS /page/api/live`)."""

import asyncio
import copy
from collections.abc import Iterable
from typing import Any


class Page:
    """One open page of one person; `queue` holds what it has not been sent yet (None = the end)."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()


class Live:
    """All open pages."""

    def __init__(self) -> None:
        self._pages: set[Page] = set()

    def join(self, user: str) -> Page:
        """A page has connected."""
        page = Page(user)
        self._pages.add(page)
        return page

    def leave(self, page: Page) -> None:
        """A page has gone."""
        self._pages.discard(page)

    def push(self, users: Iterable[str], event: dict[str, Any]) -> None:
        """Send an event to the pages of these people."""
        wanted = set(users)
        pages = [page for page in self._pages if page.user in wanted]
        self._send(pages, event)

    def push_all(self, event: dict[str, Any]) -> None:
        """Send an event to all pages."""
        self._send(list(self._pages), event)

    def notice(self, user: str, text: str) -> None:
        """Show a person what Slack shows when something failed."""
        self.push([user], {"type": "notice", "text": text})

    def close(self) -> None:
        """End all connections."""
        for page in self._pages:
            page.queue.put_nowait(None)

    def _send(self, pages: list[Page], event: dict[str, Any]) -> None:
        # A copy, because messages and views change in place before a slow page has read its queue.
        if pages:
            event = copy.deepcopy(event)
        for page in pages:
            page.queue.put_nowait(event)
