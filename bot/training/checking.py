"""Whether a training that is ordered can be: everything it names exists, fits together and is taken by the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import naming
from bot.config.settings import Settings
from bot.datasets.fitting import fits, parts, trains
from bot.errors import Invalid, NotThere
from bot.facts.forms import TrainOrder
from bot.facts.requests import Warnings
from bot.ids import number_of
from bot.store import connections, datasets
from bot.store.datasets import Dataset
from bot.training.parameters import FIELD, check_parameters
from providers.base import Capabilities, Model, Provider, epochs
from providers.errors import Refused

SEED_MAXIMUM = 2**31 - 1
SPLIT_MAXIMUM = 50
RETIRES_SOON_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An order whose parts exist and fit together. `timed`: it is billed by the hour, not by tokens.

    `holds_back`: the service measures on a share of the training data where there is no validation data.
    """

    order: TrainOrder
    model: Model
    train: Dataset
    valid: Dataset | None
    warnings: Warnings
    timed: bool = False
    holds_back: bool = False


def check(
    connection: Connection,
    order: TrainOrder,
    providers: Mapping[str, Provider],
    settings: Settings,
    team_id: str,
    *,
    now: datetime,
) -> Checked:
    """The order with everything it names. Raises `Invalid` (with the field) or `NotThere`."""
    provider = providers.get(order.connection)
    if provider is None:
        raise NotThere("connection", {"given": order.connection})
    able = provider.capabilities
    if not able.training:
        raise Invalid(able.notice or "training_removed", {"given": order.connection}, field="connection")
    _method(order, providers)
    model = _model(connection, order, now)
    _training_type(order, model, able)
    train = _dataset(connection, order.train, team_id, "train")
    valid = _dataset(connection, order.valid, team_id, "valid") if order.valid else None
    if valid is not None and not able.validation:
        raise Invalid("no_validation", {}, field="valid")
    for one, field in ((train, "train"), (valid, "valid")):
        if one is not None:
            _form(one, order, providers, field)
            _service(one, order, settings, field)
    if order.split is not None:
        _split(order, train, valid, able)
    if valid is not None and valid.id == train.id:
        raise Invalid("same_file", {"dataset": train.label}, field="valid")
    check_parameters(order.hyperparameters, model.parameters(order.method))
    _values(order, provider)
    if order.seed is not None and not 0 <= order.seed <= SEED_MAXIMUM:
        raise Invalid("seed_range", {"maximum": SEED_MAXIMUM}, field="seed")
    check_suffix(order.suffix, able)
    _size(train, epochs(model.parameters(order.method), order.hyperparameters), able)
    return Checked(
        order=order,
        model=model,
        train=train,
        valid=valid,
        warnings=_warnings(order, model, train, valid, able, now),
        timed=order.method in able.timed_methods,
        holds_back=able.holds_back,
    )


def _method(order: TrainOrder, providers: Mapping[str, Provider]) -> None:
    """Raise `Invalid` for a method that this connection does not have, naming those that have it."""
    if order.method in providers[order.connection].capabilities.methods:
        return
    there = [
        name
        for name, one in providers.items()
        if one.capabilities.training and order.method in one.capabilities.methods
    ]
    params = {"connection": order.connection, "method": order.method, "where": ", ".join(there)}
    raise Invalid("method_elsewhere" if there else "method_nowhere", params, field="method")


def _model(connection: Connection, order: TrainOrder, now: datetime) -> Model:
    """The model, if it is trained here, now, by this method."""
    model = connections.model(connection, order.connection, order.model)
    if model is None:
        raise Invalid("model_unknown", {"given": order.model}, field="model")
    if model.training_ends is not None and model.training_ends <= now:
        params = {"model": model.short, "date": _day(model.training_ends), "instead": model.replacement}
        raise Invalid("model_retired", params, field="model")
    if not model.trainable:
        raise _not_trained(model, order.connection)
    if order.method not in model.methods:
        raise Invalid("method", {"model": model.short, "methods": ", ".join(model.methods)}, field="model")
    return model


def _not_trained(model: Model, name: str) -> Invalid:
    """Why a model of the list is not trained at this connection: elsewhere it is, or nobody trains it any more."""
    params: dict[str, str | int | float] = {"model": model.short, "connection": name}
    if model.regions:
        return Invalid("model_elsewhere", params | {"regions": ", ".join(model.regions)}, field="model")
    return Invalid("model_not_trainable", params | {"instead": model.replacement}, field="model")


def _training_type(order: TrainOrder, model: Model, able: Capabilities) -> None:
    known = [one.id for one in able.training_types]
    if not known:
        return
    if order.training_type is None or order.training_type not in known:
        raise Invalid("training_type_missing", {"types": ", ".join(known)}, field="training_type")
    if model.training_types and order.training_type not in model.training_types:
        fitting = ", ".join(one.label for one in able.training_types if one.id in model.training_types)
        raise Invalid("training_type", {"model": model.short, "types": fitting}, field="training_type")


def _dataset(connection: Connection, given: str, team_id: str, field: str) -> Dataset:
    number = number_of(given, "D")
    found = datasets.get(connection, number) if number else None
    if found is None or found.team_id != team_id:
        raise NotThere("dataset", {"given": given})
    if found.state != "ready":
        raise Invalid("dataset_state", {"dataset": found.label, "state": found.state}, field=field)
    return found


def _service(found: Dataset, order: TrainOrder, settings: Settings, field: str) -> None:
    """Raise `Invalid` for data that was checked against another service's rules: what is sound there may fail here."""
    kinds = {one.name: one.provider for one in settings.connections}
    checked_for, wanted = kinds.get(str(found.source.get("connection", ""))), kinds.get(order.connection)
    if checked_for is not None and checked_for != wanted:
        params: dict[str, str | int | float] = {
            "dataset": found.label,
            "checked_for": checked_for,
            "connection": order.connection,
        }
        raise Invalid("data_other_service", params, field=field)


def _split(order: TrainOrder, train: Dataset, valid: Dataset | None, able: Capabilities) -> None:
    if valid is not None:
        raise Invalid("split_and_file", {"dataset": valid.label}, field="split")
    if not parts(order.method):
        raise Invalid("split_text", {}, field="split")
    if not able.split_validation or not 0 < (order.split or 0) <= SPLIT_MAXIMUM:
        raise Invalid("split_range", {"maximum": SPLIT_MAXIMUM}, field="split")
    examples = train.examples or 0
    left = examples - max(1, round(examples * (order.split or 0) / 100))
    least = max(1, able.limits.min_examples)
    if left < least:
        params: dict[str, str | int | float] = {
            "dataset": train.label,
            "left": max(0, left),
            "minimum": least,
        }
        raise Invalid("split_small", params, field="split")


def _form(found: Dataset, order: TrainOrder, providers: Mapping[str, Provider], field: str) -> None:
    """Raise `Invalid` for data whose form the method does not read, naming where it can be trained with if not here."""
    if fits(found.profile, order.method):
        return
    form = (found.profile or "").replace("_", " ")
    there = [name for name, one in providers.items() if trains(one.capabilities, found.profile)]
    if there and order.connection not in there:
        params = {
            "dataset": found.label,
            "form": form,
            "connection": order.connection,
            "where": ", ".join(there),
        }
        raise Invalid("data_form_elsewhere", params, field=field)
    raise Invalid("data_form", {"dataset": found.label, "form": form, "method": order.method}, field=field)


def _values(order: TrainOrder, provider: Provider) -> None:
    """Raise `Invalid` for a value that only the provider can read, at its field."""
    try:
        provider.check_values(order.method, order.hyperparameters)
    except Refused as error:
        raise Invalid(
            error.code, dict(error.params), field=f"{FIELD}{error.params.get('name', '')}"
        ) from error


def check_suffix(suffix: str | None, able: Capabilities) -> None:
    """Raise `Invalid` when the service would refuse the suffix."""
    import re

    if not suffix:
        return
    rule = able.suffix
    if rule is None:
        raise Invalid("no_suffix", {}, field="suffix")
    if len(suffix) > rule.maximum:
        raise Invalid("suffix_long", {"maximum": rule.maximum, "length": len(suffix)}, field="suffix")
    if not re.fullmatch(rule.pattern, suffix):
        code = "suffix_characters" if "_" in naming.signs(rule.pattern) else "suffix_plain"
        raise Invalid(code, {}, field="suffix")


def _size(train: Dataset, epochs: int | None, able: Capabilities) -> None:
    most = able.limits.job_tokens
    if most is None or epochs is None or not train.tokens or train.tokens * epochs <= most:
        return
    params = {"tokens": train.tokens, "maximum": most, "epochs": max(1, most // train.tokens)}
    raise Invalid("job_tokens", params, field="hp:n_epochs")


def _warnings(
    order: TrainOrder, model: Model, train: Dataset, valid: Dataset | None, able: Capabilities, now: datetime
) -> Warnings:
    found: list[tuple[str, dict[str, str | int | float]]] = []
    if order.suffix and able.suffix and len(order.suffix) > able.suffix.advised:
        found.append(("suffix_advised", {"advised": able.suffix.advised, "length": len(order.suffix)}))
    if model.training_ends is not None and (model.training_ends - now).days <= RETIRES_SOON_DAYS:
        found.append(("model_retires", {"model": model.short, "date": _day(model.training_ends)}))
    found += _unusual(order, model)
    if valid is None and able.validation and not able.holds_back and order.split is None:
        found.append(("no_validation", {}))
    if valid is not None and valid.sha256 and valid.sha256 == train.sha256:
        found.append(("same_content", {"train": train.label, "valid": valid.label}))
    return tuple(found)


def _unusual(order: TrainOrder, model: Model) -> Warnings:
    """Values that the service takes and hardly anybody means."""
    found: list[tuple[str, dict[str, str | int | float]]] = []
    for one in model.parameters(order.method):
        value = order.hyperparameters.get(one.name)
        if one.advised is None or isinstance(value, str | None):
            continue
        low, high = one.advised
        if value == 0:
            found.append(("learns_nothing", {"label": one.label}))
        elif not low <= value <= high:
            found.append(("unusual", {"label": one.label, "value": value, "low": low, "high": high}))
    return tuple(found)


def _day(at: datetime) -> str:
    return at.date().isoformat()
