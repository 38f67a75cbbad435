"""Modals: their submissions, and the parts of them that change while they are open."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.catalogue import search
from bot.datasets import taking_in
from bot.datasets.taking_in import Attached, Taken
from bot.errors import BotError, Denied, Invalid, NotThere
from bot.store import small
from handlers.call import Call, of_interaction
from handlers.desk import Desk
from handlers.handing_in import accounts, of_form, received
from handlers.listeners import clean_views, deployment_views, request_views, train_views
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import train, upload
from handlers.wording.errors import explain_error
from handlers.wording.said import field_error

EVERY: Final = re.compile(".*")
VIEWS: Final = MappingProxyType(
    {**train_views.VIEWS, **request_views.VIEWS, **deployment_views.VIEWS, **clean_views.VIEWS}
)
"""Modals whose submissions are handled in files of their own."""


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the modals of ours."""

    @app.view(EVERY)
    async def on_view(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_interaction(body, "modal", desk.deps.new_id())
        view = call.view or {}
        match view.get("callback_id"):
            case upload.CALLBACK:
                await _upload(ack, desk, call, view)
            case str(name) if name in VIEWS:
                await VIEWS[name](ack, desk, call, view)
            case _:
                await ack()

    @app.options(train.MODEL_ACTION)
    async def on_model_options(ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body.get("view") or {}
        name = train.built_for(values_of(view), metadata_of(view)) or desk.deps.settings.connections[0].name
        value = body.get("value")
        typed = value if isinstance(value, str) else ""
        provider = desk.deps.providers.get(name)
        methods = provider.capabilities.methods if provider else ()
        found = await desk.deps.store.read(lambda c: search(c, name, typed, methods))
        await ack(options=train.model_options(found))


async def _upload(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Take the files in. Never an error at a field when there is a file: the modal would lose it."""
    given = upload.parse(values_of(view), metadata_of(view))
    files: list[Attached] = []
    target = given.connection or desk.deps.settings.connections[0].name

    def work(connection: Connection) -> Taken:
        if not small.first_time(connection, call.key, now=desk.deps.clock.now()):
            return Taken()
        denied = desk.deps.people.cached_denial(connection, call.actor)
        if denied is not None:
            raise Denied(denied)
        files[:] = of_form(given, accounts(desk))
        desk.deps.settings.connection(target)
        return taking_in.take_in(
            connection,
            files,
            call.actor,
            target=target,
            source={"via": "modal"},
            via="modal",
            now=desk.deps.clock.now(),
            corr=call.corr,
        )

    try:
        taken = await desk.deps.store.write(work)
    except KeyError:
        await _refused(ack, desk, call, NotThere("connection", {"given": target}))
        return
    except BotError as error:
        if isinstance(error, Invalid) and given.empty_handed and block_for(view, error.field, ""):
            text = field_error(explain_error(error, await desk.locale(call)))
            await ack(response_action="errors", errors={error.field: text})
            return
        await _refused(ack, desk, call, error)
        return
    await ack(response_action="clear")
    if taken.numbers:
        place = _in_channel(call, given.channel)
        desk.later(place, lambda: received(desk, place, files, taken), "upload")


def _in_channel(call: Call, channel: str) -> Call:
    return replace(call, channel=channel)


async def _refused(ack: AsyncAck, desk: Desk, call: Call, error: BotError) -> None:
    await ack()
    desk.later(call, lambda: desk.refuse(call, error), "refuse")
