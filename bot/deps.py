"""What the application's parts are built from: made once by `bot/app.py`, passed to everything."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.chat import Chat, Renderer
from bot.clock import Clock
from bot.config.settings import Settings
from bot.errors import NotThere
from bot.helper import HelperProcess
from bot.ids import NewId
from bot.people import People
from bot.store.store import Store
from bot.work.pulses import Pulses
from providers.azure_blob import BlobReader
from providers.base import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Everything that a service function may need.

    `blobs` are the storage accounts by their name; `pulses` are the loops' signs of life.
    """

    settings: Settings
    store: Store
    clock: Clock
    chat: Chat
    renderer: Renderer
    providers: Mapping[str, Provider]
    people: People
    helper: HelperProcess
    new_id: NewId
    rng: random.Random
    blobs: Mapping[str, BlobReader] = field(default_factory=dict)
    pulses: Pulses = field(default_factory=Pulses)

    def provider(self, name: str) -> Provider:
        """The provider of a connection; `NotThere("connection")` when the configuration lost it."""
        try:
            return self.providers[name]
        except KeyError:
            raise NotThere("connection", {"given": name}) from None
