"""Everything that the provider sends, and what it is answered, held against the derived specifications."""

import re
from pathlib import Path
from typing import Any

import pytest

from providers.azure_ai.provider import AzureAIProvider
from providers.base import Ref
from tests.openapi import Problem, Spec, validate_request, validate_response
from tests.providers.azure_ai.conftest import Exchange, Studio, ended, sent, spec
from tests.sandbox.azure_ml.spec import arm_spec, region_spec

pytestmark = pytest.mark.specs


def template(spec_: Spec, method: str, path: str) -> str | None:
    """The operation that a path belongs to: the one with the fewest parameters."""
    found = []
    for one, operations in spec_.document["paths"].items():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(one))
        if method.lower() in operations and re.fullmatch(pattern, path, re.IGNORECASE):
            found.append(one)
    return min(found, key=lambda one: one.count("{"), default=None)


def problems_of(one: Exchange, arm: Spec, history: Spec) -> list[tuple[str, Problem]]:
    """What an exchange has against its specification."""
    at = one.path.removeprefix("/ml/arm")
    spec_ = arm
    if one.path.startswith("/ml/api/"):
        at, spec_ = re.sub(r"^/ml/api/[^/]+", "", one.path), history
    if at == "/discovery" or at.startswith(("/mlflow/", "/registrymanagement/", "/mferp/")):
        # No specification of these is published.
        return []
    known = template(spec_, one.method, at)
    if known is None:
        return [(f"{one.method} {at}", Problem("", "unknown operation", ""))]
    asked = validate_request(spec_, one.method, known, query=one.query, body=one.sent)
    told = validate_response(spec_, one.method, known, one.status, one.told)
    return [(f"{one.method} {known}", problem) for problem in (*asked, *told)]


async def test_a_whole_life(studio: Studio, provider: AzureAIProvider, tmp_path: Path) -> None:
    keys = studio.provider("keys", data_assets=True)
    asset = await sent(keys)
    await keys.file(Ref(id=asset.id))
    await keys.delete_file(Ref(id=asset.id))
    await provider.probe()
    train, valid = await sent(provider), await sent(provider, "support_valid.jsonl")
    job = await provider.submit(spec(train.id, valid.id))
    await provider.jobs(None)
    await provider.events(Ref(id=job.id), None)
    await ended(provider, job.id)
    assert [point async for point in provider.results(Ref(id=job.id))]
    await provider.models()
    studio.service.configure({"hold_queued": True})
    other = await provider.submit(spec(train.id, key="second"))
    await provider.control(Ref(id=other.id), "cancel")
    await provider.delete_job(Ref(id=job.id))
    arm, history = arm_spec(tmp_path), region_spec(tmp_path)
    asked: set[tuple[str, str]] = set()
    found: set[tuple[str, Any]] = set()
    for one in studio.exchanges:
        if one.status < 400:
            asked.add((one.method, re.sub(r".*/workspaces/[^/]+", "", one.path).split("?")[0]))
            found |= set(problems_of(one, arm, history))
    assert found == set()
    wanted = {
        ("GET", ""), ("GET", "/datastores"), ("GET", "/jobs"), ("PUT", "/jobs/j105-4f2a"), ("GET", "/jobs/j105-4f2a"),
        ("POST", "/jobs/second/cancel"), ("DELETE", "/jobs/j105-4f2a"), ("GET", "/runs/j105-4f2a/details"),
        ("GET", "/models"), ("POST", "/datastores/workspaceblobstore/listSecrets"),
    }  # fmt: skip
    assert wanted <= asked
