"""Deploying again what is gone, or failed: the same settings, asked for anew. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.deployments.form import DeployWish
from bot.deployments.parsing import OURS, format_tags
from bot.store.deployments import Deployment


def wish_again(found: Deployment, channel: str) -> DeployWish:
    """The form "Ask to deploy" with what this deployment was; why and until when are asked anew."""
    spec: Mapping[str, Any] = found.spec or {}
    given: Mapping[str, str] = spec.get("tags") or {}
    tags = {name: value for name, value in given.items() if not name.casefold().startswith(OURS)}
    return DeployWish(
        model=found.model,
        connection=found.connection,
        name=found.name,
        sku=found.sku,
        capacity=found.capacity,
        content_filter=spec.get("content_filter") or None,
        tags=format_tags(tags),
        channel=channel,
    )
