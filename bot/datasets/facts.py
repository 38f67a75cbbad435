"""From rows to what the surface is told about a dataset. Reads only."""

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.datasets.fitting import fits, trains
from bot.datasets.retention import study_key
from bot.facts.datasets import (
    CopyFacts,
    DatasetFacts,
    FindingLine,
    HowMade,
    MadeFrom,
    ReadingFacts,
)
from bot.facts.jobs import Money
from bot.ids import dataset_name, job_name
from bot.store import connections, datasets
from bot.store.datasets import Copy, Dataset
from bot.work import queue
from providers.base import Provider, epochs

EPOCHS_SHOWN = 3
UNUSABLE = frozenset({"refused", "unreadable"})
FORM = "form_not_trained"
"""The rule that tells of data that is sound, and of a form that is not trained with there."""
OVERLAP = "validation_overlap"
"""The rule whose findings are examples of validation data that are in the training data too."""


def dataset_facts(
    connection: Connection, found: Dataset, settings: Settings, providers: Mapping[str, Provider]
) -> DatasetFacts:
    """Everything that any surface shows of a dataset."""
    report = found.report or {}
    counts = report.get("counts", {})
    pair = datasets.get(connection, found.pair) if found.pair else None
    if pair is not None and pair.state in UNUSABLE:
        pair = None
    cost, shown, model = _cost(connection, found, settings, providers)
    same = _same(connection, found, settings)
    problem = found.problem or {}
    return DatasetFacts(
        id=found.label,
        name=found.name,
        owner=found.owner,
        state=found.state,
        bytes=found.bytes,
        examples=found.examples,
        turns=dict(report.get("turns", {})),
        tokens=found.tokens,
        tokens_exact=found.tokens_exact,
        seconds=report.get("seconds"),
        errors=int(counts.get("error", 0)),
        warnings=int(counts.get("warning", 0)),
        hints=int(counts.get("hint", 0)),
        findings=tuple(
            FindingLine(
                rule=one["rule"],
                severity=one["severity"],
                line=one["line"],
                path=one["path"],
                params=dict(one.get("params", {})),
                repair=str(one.get("repair", "")),
            )
            for one in report.get("findings", ())
        ),
        totals=dict(report.get("totals", {})),
        copies=tuple(_copy(one, found.bytes or 0) for one in datasets.copies(connection, found.id)),
        role="validation" if found.role == "validation" else "training",
        pair=dataset_name(pair.id) if pair else None,
        pair_name=pair.name if pair else None,
        cost=cost,
        cost_epochs=shown,
        cost_model=model,
        problem=str(problem.get("code", "")),
        problem_params=dict(problem.get("params", {})),
        same_as=same.label if same else None,
        reading=ReadingFacts(**report["reading"]) if "reading" in report else None,
        profile=found.profile or "",
        trainable=any(trains(one.capabilities, found.profile) for one in providers.values()),
        service=_service(found, settings),
        connection=str(found.source.get("connection", "")),
        takers=_takers(found, settings, providers),
        repairable=int(report.get("repairable", 0)),
        languages=dict(report.get("languages", {})),
        systems=int(report.get("systems", 0)),
        shared=_shared(found, pair),
        made_from=_made_from(found),
        studying=_studying(connection, found),
        created_at=found.created_at,
    )


def _studying(connection: Connection, found: Dataset) -> bool:
    keys = {study_key(found.id), study_key(found.id, found.pair)}
    return any(queue.is_open(connection, key) for key in keys)


def _same(connection: Connection, found: Dataset, settings: Settings) -> Dataset | None:
    """An earlier dataset with the same bytes that was checked by the same rules: only then one of them is enough."""
    if found.state != "ready" or found.sha256 is None:
        return None
    service = _service(found, settings)
    earlier = datasets.earlier_same(connection, found.id, found.sha256)
    return next((one for one in earlier if _service(one, settings) == service), None)


def _service(found: Dataset, settings: Settings) -> str:
    """The provider that it is meant for."""
    name = str(found.source.get("connection", ""))
    return next((one.provider for one in settings.connections if one.name == name), "")


def _takers(found: Dataset, settings: Settings, providers: Mapping[str, Provider]) -> tuple[str, ...] | None:
    """Connections of other services that train with data that its own does not; None for data that is not refused for
    its form alone."""
    report = found.report or {}
    if report.get("counts", {}).get("error") != 1 or FORM not in report.get("totals", {}):
        return None
    own = _service(found, settings)
    return tuple(
        one.name
        for one in settings.connections
        if one.provider != own
        and one.name in providers
        and trains(providers[one.name].capabilities, found.profile)
    )


def _shared(found: Dataset, pair: Dataset | None) -> int:
    """How many examples of the validation data are in this training data: those findings stand on the other card."""
    if found.role == "validation" or pair is None or pair.report is None:
        return 0
    return int(pair.report.get("totals", {}).get(OVERLAP, 0))


def _made_from(found: Dataset) -> MadeFrom | None:
    of = found.repaired_from
    if of is None:
        return None
    like = found.source.get("like")
    kinds: tuple[HowMade, ...] = ("without", "copied", "held")
    return MadeFrom(
        id=dataset_name(of),
        how=next((one for one in kinds if one in found.source), "repaired"),
        lines=int(found.source.get("count", 0)),
        like=job_name(int(like)) if like else None,
        share=int(found.source.get("share", 0)),
    )


def _copy(copy: Copy, size: int) -> CopyFacts:
    failure = copy.failure or {}
    return CopyFacts(
        connection=copy.connection,
        state=copy.state,
        sent=copy.sent,
        bytes=size,
        detail=str(failure.get("message", "")),
        code=str(failure.get("code", "")),
        params=dict(failure.get("params") or {}),
        reused_from=dataset_name(copy.reused_from) if copy.reused_from else "",
    )


def _cost(
    connection: Connection, found: Dataset, settings: Settings, providers: Mapping[str, Provider]
) -> tuple[Money | None, int, str]:
    """What training would cost, for how many epochs and on which model: the cheapest of the connection that it goes
    to, where tokens are billed. Without a model where all cost the same; nothing where only some of them do, since then
    none of the cheapest is the usual choice."""
    name = str(found.source.get("connection", ""))
    provider = providers.get(name)
    nothing = None, EPOCHS_SHOWN, ""
    if (
        found.state != "ready"
        or found.tokens is None
        or provider is None
        or not provider.capabilities.training
    ):
        return nothing
    able = provider.capabilities
    methods = {one for one in able.methods if fits(found.profile, one) and one not in able.timed_methods}
    models, _ = connections.models(connection, name)
    priced = [
        (price, model)
        for model in models
        if model.kind == "base" and model.trainable and methods.intersection(model.methods)
        if model.training_ends is None or model.training_ends > found.created_at
        for price in [settings.price_for(name, model.base, None)]
        if price is not None
    ]
    if not priced:
        return nothing
    price, model = min(priced, key=lambda one: one[0].training_per_million)
    alike = sum(one.training_per_million == price.training_per_million for one, _ in priced)
    if 1 < alike < len(priced):
        return nothing
    method = next(one for one in able.methods if one in methods and one in model.methods)
    shown = epochs(model.parameters(method), {}) or EPOCHS_SHOWN
    amount = found.tokens / 1_000_000 * float(price.training_per_million) * shown
    money = Money(
        low=amount, high=amount, currency=price.currency, source=price.source, as_of=price.as_of.isoformat()
    )
    return money, shown, model.short if alike == 1 else ""
