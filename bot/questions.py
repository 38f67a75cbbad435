"""What the surface asks of the store: facts for lists, snapshots and forms. Reads only, no request to any service."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from bot import naming
from bot.approvals.facts import waiting_for
from bot.catalogue import choice, elsewhere
from bot.config.settings import Settings
from bot.datasets.facts import dataset_facts
from bot.datasets.fitting import fits, kinds, parts
from bot.deployments.listing import all_facts
from bot.deployments.places import DEPLOYMENTS, Places
from bot.errors import NotThere
from bot.facts.datasets import DatasetFacts
from bot.facts.forms import (
    AmountUnit,
    Choice,
    ConnectionFacts,
    FieldSpec,
    JobList,
    Launcher,
    Quota,
    TrainForm,
    UploadForm,
)
from bot.facts.jobs import ForeignJob, JobFacts, LogLine
from bot.filtering import named
from bot.ids import dataset_name, number_of
from bot.people import Actor
from bot.store import connections, datasets, deployments, jobs, looks, records
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training.data_choices import data_choices
from bot.training.facts import job_facts
from bot.work import card_rows
from providers.base import Capabilities, HyperParam, Model, Provider

PAGE = 10
SPLITS = (5, 10, 20)
"""Percent of the training data that can be held back as validation data."""
RUNNING_SHOWN = 5
DATA_SHOWN = 20
LOG_SHOWN = 40
FILE_INPUT_BYTES = 10_000_000  # Slack says "10 MB"; the smaller reading of it is the safe one
OTHERS_NAMED = 5  # of the data that does not fit


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers from the store. Every method runs inside one read."""

    settings: Settings
    providers: Mapping[str, Provider]

    def facts(self, connection: Connection, job: Job, *, now: datetime) -> JobFacts:
        """A job as it is shown."""
        return job_facts(connection, job, self.settings, self.providers, now=now)

    def job(
        self, connection: Connection, actor: Actor, given: str | None, place: tuple[str, str] | None
    ) -> Job:
        """The job that is meant: by name, by the thread it is spoken of in, else the person's newest.

        Raises:
            NotThere: `job` with what was given, or `no_jobs`.
        """
        if given:
            found = jobs.find(connection, actor.team_id, given)
            if found is None:
                raise NotThere("job", {"given": given[:80]})
            return found
        if place is not None:
            subject = card_rows.at(connection, *place)
            number = number_of(subject or "", "J")
            found = jobs.get(connection, number) if number else None
            if found is not None and found.team_id == actor.team_id:
                return found
        newest = jobs.newest_of(connection, actor.team_id, actor.user_id)
        if newest is None:
            raise NotThere("no_jobs")
        return newest

    def launcher(
        self,
        connection: Connection,
        actor: Actor,
        *,
        now: datetime,
        groups: Iterable[str] = (),
        trainer: bool = True,
    ) -> Launcher:
        """What is mine now, and what waits for me, who am in `groups`."""
        mine, _ = jobs.listed(connection, actor.team_id, requester=actor.user_id, limit=50)
        running = [self.facts(connection, one, now=now) for one in mine if not one.ended][:RUNNING_SHOWN]
        data = datasets.of_owner(connection, actor.team_id, actor.user_id, limit=100)
        ready = sum(one.state == "ready" for one in data)
        hosted = all_facts(connection, actor, self.settings, self.providers, "mine", now=now)
        there = [one for one in hosted if one.state in deployments.THERE]
        soon = now + timedelta(days=max(self.settings.watch.warn_days, default=0))
        return Launcher(
            command=self.settings.slack.command,
            running=tuple(running),
            data_ready=ready,
            trainer=trainer,
            deployments=len(there),
            expiring=sum(one.expires is not None and one.expires.at <= soon for one in there),
            waiting=len(waiting_for(connection, actor.user_id, self.settings, groups)),
        )

    def job_list(
        self,
        connection: Connection,
        actor: Actor,
        scope: Literal["mine", "all"],
        offset: int,
        *,
        now: datetime,
        where: str = "",
    ) -> JobList:
        """A page of jobs (of the connections that `where` names); those made elsewhere are on the first page of all."""
        requester = actor.user_id if scope == "mine" else None
        at = named(self.settings, where) if where else None
        page, total = jobs.listed(
            connection, actor.team_id, requester=requester, limit=PAGE, offset=max(0, offset), at=at
        )
        foreign: tuple[ForeignJob, ...] = ()
        if offset <= 0 and scope == "all":
            foreign = tuple(
                ForeignJob(
                    connection=one.connection,
                    remote_id=one.remote_id,
                    model=str(one.snapshot.get("model", "")),
                    state=str(one.snapshot.get("raw_state", "")),
                    created_at=one.created_at,
                    result_model=one.snapshot.get("result_model"),
                )
                for one in jobs.foreign(connection, limit=PAGE)
                if at is None or one.connection in at
            )
        return JobList(
            jobs=tuple(self.facts(connection, one, now=now) for one in page),
            foreign=foreign,
            scope=scope,
            total=total,
            offset=max(0, offset),
            where=where,
        )

    def log(self, connection: Connection, job: Job) -> tuple[Sequence[LogLine], int]:
        """The newest lines of a job's log, and how many earlier ones there are."""
        lines, total = records.log(connection, job.id, limit=LOG_SHOWN)
        shown = [LogLine(at=one.at, level=one.level, message=one.message) for one in lines]
        return shown, max(0, total - len(shown))

    def data(self, connection: Connection, actor: Actor) -> tuple[Sequence[DatasetFacts], int]:
        """The person's datasets, newest first, and how many more there are."""
        found = datasets.of_owner(connection, actor.team_id, actor.user_id, limit=DATA_SHOWN * 5)
        shown = [dataset_facts(connection, one, self.settings, self.providers) for one in found[:DATA_SHOWN]]
        return shown, len(found) - len(shown)

    def dataset(self, connection: Connection, actor: Actor, given: str) -> DatasetFacts:
        """One dataset of the person's. Raises `NotThere("dataset")`."""
        return dataset_facts(connection, self.owned(connection, actor, given), self.settings, self.providers)

    def owned(self, connection: Connection, actor: Actor, given: str) -> Dataset:
        """The row of one of the person's datasets. Raises `NotThere("dataset")`."""
        number = number_of(given, "D")
        found = datasets.get(connection, number) if number else None
        if found is None or (found.team_id, found.owner) != (actor.team_id, actor.user_id):
            raise NotThere("dataset", {"given": given[:80]})
        return found

    def connections(self, connection: Connection) -> Sequence[ConnectionFacts]:
        """All configured connections as they were last seen."""
        known, places = connections.known(connection), Places(connection, self.settings)
        answers = []
        for one in self.settings.connections:
            seen = known.get(one.name)
            error = (seen.last_error or {}) if seen else {}
            able = self.providers[one.name].capabilities
            limits = able.limits
            usage = (seen.usage or {}) if seen else {}
            gauges = (
                ("files", usage.get("files"), limits.files),
                ("files_bytes", usage.get("files_bytes"), limits.files_total_bytes),
                ("jobs", usage.get("jobs"), limits.jobs_kept),
            )
            look = looks.get(connection, one.name)
            unread = (look.error or {}) if look else {}
            state = seen.state if seen and seen.state in ("healthy", "failing") else "unknown"
            answers.append(
                ConnectionFacts(
                    name=one.name,
                    provider=one.provider,
                    region=one.region,
                    state=state,
                    probed_at=(seen.probed_at or seen.polled_at) if seen else None,
                    error=str(error.get("code", "")),
                    error_params=dict(error.get("params") or {}),
                    error_text=str(error.get("text", "")),
                    clock_skew=usage.get("clock_skew"),
                    quotas=(
                        *(Quota(what=w, used=u, limit=m) for w, u, m in gauges if u is not None and m),
                        *_hosting_quotas(places, one.name, self.settings.slack.home_team),
                    ),
                    open_jobs=len(jobs.open_at(connection, one.name)),
                    closed="" if able.training else able.notice,
                    managed=self.providers[one.name].hosting is not None,
                    looked_at=look.listed_at if look else None,
                    used_at=look.used_at if look else None,
                    unread=str(unread.get("what", "")),
                    unread_error=str(unread.get("code", "")),
                    unread_params=dict(unread.get("params") or {}),
                    unread_text=str(unread.get("text", "")),
                )
            )
        return answers

    def upload_form(self, actor: Actor, channel: str) -> UploadForm:
        """The upload modal."""
        del actor
        return UploadForm(
            connections=self._connection_choices(),
            connection=self.settings.connections[0].name,
            max_bytes=FILE_INPUT_BYTES,
            channel=channel,
            accounts=tuple(one.account for one in self.settings.storage),
            forms=tuple((name, kinds(one.capabilities)) for name, one in self.providers.items()),
        )

    def _connection_choices(self) -> tuple[Choice, ...]:
        return tuple(
            Choice(value=one.name, label=one.name, note=one.region) for one in self.settings.connections
        )

    def train_form(self, connection: Connection, actor: Actor, wish: "Wish") -> TrainForm:
        """The training modal for what is chosen so far."""
        like = jobs.find(connection, actor.team_id, wish.like) if wish.like else None
        name = wish.connection or (like.connection if like else self._home_of(connection, wish.train))
        if name not in self.providers:
            name = self.settings.connections[0].name
        able = self.providers[name].capabilities
        model_id = wish.model or (like.base_model if like and like.connection == name else None)
        model = connections.model(connection, name, model_id) if model_id else None
        listed, read_at = connections.models(connection, name)
        methods = _methods(able, model)
        method = wish.method or (like.method if like else _method_for(connection, wish.train, methods))
        method = method if method in methods else methods[0]
        fitting, others, recheck = data_choices(connection, actor, self.settings, name, method)
        offered = {one.value for one in fitting}
        described = model.parameters(method) if model else self._usual_fields(connection, name, method)
        hyper = dict(like.hyper) if like else {}
        return TrainForm(
            connections=self._connection_choices(),
            connection=name,
            training_types=tuple(
                Choice(value=one.id, label=one.label, note=one.hint) for one in able.training_types
            ),
            training_type=wish.training_type
            or (like.training_type if like else None)
            or _only_type(able, model),
            model=choice(model) if model else None,
            datasets=fitting or others,
            other_data=len(others),
            other_names=tuple(one.value for one in others[:OTHERS_NAMED]),
            recheck=recheck,
            train=_of(offered, wish.train, like.train if like and not wish.new_data else None),
            valid=_of(offered, wish.valid, like.valid if like and not wish.new_data else None),
            fields=tuple(_field(one, hyper.get(one.name)) for one in described),
            seed=like.seed if like else None,
            suffix=(like.suffix or "") if like else "",
            suffix_maximum=able.suffix.maximum if able.suffix else 0,
            suffix_signs=naming.signs(able.suffix.pattern) if able.suffix else "",
            suffix_advised=able.suffix.advised if able.suffix else 0,
            takes_seed=able.seed,
            takes_validation=able.validation,
            like=like.label if like else None,
            channel=wish.channel,
            catalogue_at=read_at,
            closed="" if able.training else able.notice,
            provider=self.settings.connection(name).provider,
            methods=tuple(Choice(value=one, label=one) for one in methods),
            method=method,
            splits=SPLITS if able.validation and able.split_validation and parts(method) else (),
            split=wish.split,
            holds_back=able.holds_back,
            elsewhere=elsewhere(listed),
        )

    def _home_of(self, connection: Connection, given: str | None) -> str:
        """The connection that data was sent for; the first one without data."""
        number = number_of(given, "D") if given else None
        found = datasets.get(connection, number) if number else None
        return str(found.source.get("connection", "")) if found else self.settings.connections[0].name

    def _usual_fields(self, connection: Connection, name: str, method: str) -> tuple[HyperParam, ...]:
        """The fields of some trainable model, until one is chosen: nearly all models take the same."""
        models, _ = connections.models(connection, name)
        able = (one for one in models if one.trainable and one.hyperparameters and method in one.methods)
        return next((one.parameters(method) for one in able), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person has chosen so far; everything may be open. `new_data` drops the data of `like`."""

    connection: str | None = None
    training_type: str | None = None
    model: str | None = None
    train: str | None = None
    valid: str | None = None
    like: str | None = None
    channel: str = ""
    new_data: bool = False
    method: str | None = None
    split: int | None = None


def _of(offered: Collection[str], wished: str | None, before: int | None) -> str | None:
    """The data that is chosen already, when it is offered."""
    given = (wished or "").upper() or (dataset_name(before) if before else "")
    return given if given in offered else None


def _only_type(able: Capabilities, model: Model | None) -> str | None:
    """The training type when there is no choice. Otherwise the person chooses: a guess may be one that the model does
    not take, and then the service's words mislead."""
    known = [one.id for one in able.training_types]
    fitting = [one for one in known if model and one in model.training_types] or known
    return fitting[0] if len(fitting) == 1 else None


def _methods(able: Capabilities, model: Model | None) -> tuple[str, ...]:
    """Ways to train that the connection has and the model knows, the usual one first."""
    known = able.methods or ("supervised",)
    return tuple(one for one in known if model is None or one in model.methods) or known[:1]


def _method_for(connection: Connection, data: str | None, methods: tuple[str, ...]) -> str:
    """The first of these ways to train that reads this data; empty when none does, or there is none yet."""
    number = number_of(data or "", "D")
    found = datasets.get(connection, number) if number else None
    return next((one for one in methods if found is not None and fits(found.profile, one)), "")


def _field(one: HyperParam, value: float | str | None) -> FieldSpec:
    return FieldSpec(
        name=one.name,
        label=one.label,
        kind=one.kind,
        minimum=one.minimum,
        maximum=one.maximum,
        auto=one.auto,
        value=value,
        hint=one.hint,
        choices=tuple(Choice(value=each.value, label=each.label) for each in one.options),
        pattern=one.pattern,
        longest=one.longest,
        required=one.required,
        default=one.default,
        units=tuple(AmountUnit(sign=each.sign, word=each.word, maximum=each.maximum) for each in one.units),
    )


def _hosting_quotas(places: Places, name: str, team_id: str) -> list[Quota]:
    """How many deployments there are, and the pools of fine-tuned models (they have their own) that are drawn from."""
    count = places.count(name)
    found = [Quota(what=DEPLOYMENTS, used=count.used, limit=count.limit)] if count else []
    return found + [
        Quota(what=one.pool, used=one.used, limit=one.limit) for one in places.drawn_from(name, team_id)
    ]
