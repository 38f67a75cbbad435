"""What can go and what cannot, whoever uses it: held against any mix of files, models, jobs and deployments."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.looking_back.cleaning import CopyUse, HostedUse, JobUse, Known, Person, find, items
from providers.base import Model, RemoteFile

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
FILES, MODELS, JOBS, PEOPLE = (
    ("file-a", "file-b", "file-c", "file-d"),
    ("ft-a", "ft-b"),
    ("j1", "j2", "j3"),
    ("U1", "U2"),
)


def file(id_: str, **given: Any) -> RemoteFile:
    values: dict[str, Any] = {
        "name": f"{id_}.jsonl",
        "purpose": "fine-tune",
        "state": "processed",
        "raw_state": "processed",
        "bytes": 100,
        "created_at": NOW - timedelta(days=30),
        **given,
    }
    return RemoteFile(id=id_, **values)


def model(id_: str, **given: Any) -> Model:
    values: dict[str, Any] = {
        "kind": "tuned",
        "short": id_,
        "base": "gpt",
        "lifecycle": "",
        "trainable": True,
        **given,
    }
    return Model(id=id_, **values)


def job(id_: str, **given: Any) -> JobUse:
    values: dict[str, Any] = {"label": id_.upper(), "open": False, "at": NOW, "created_at": NOW, **given}
    return JobUse(id=id_, **values)


ALL = Person("U1", everything=True)
ages = st.integers(0, 300).map(lambda days: NOW - timedelta(days=days))
some_files = st.frozensets(st.sampled_from(FILES), max_size=2)
known = st.builds(
    Known,
    connection=st.just("prod"),
    files=st.lists(
        st.builds(
            file,
            st.sampled_from(FILES),
            state=st.sampled_from(["processed", "failed", "pending", "deleted"]),
            purpose=st.sampled_from(["fine-tune", "fine-tune-results", "batch"]),
            created_at=ages,
        ),
        unique_by=lambda one: one.id,
    ),
    models=st.lists(
        st.builds(
            model,
            st.sampled_from([*MODELS, "gpt"]),
            kind=st.sampled_from(["base", "tuned", "checkpoint"]),
            job_id=st.none() | st.sampled_from(JOBS),
            created_at=ages,
        ),
        unique_by=lambda one: one.id,
    ),
    jobs=st.lists(
        st.builds(
            job,
            st.sampled_from(JOBS),
            owner=st.none() | st.sampled_from(PEOPLE),
            open=st.booleans(),
            unread=st.booleans(),
            files=some_files,
            results=some_files,
            model=st.sampled_from([*MODELS, "gpt"]),
            result=st.none() | st.sampled_from(MODELS),
            made=st.frozensets(st.sampled_from(MODELS), max_size=1),
            at=ages,
        ),
        unique_by=lambda one: one.id,
    ),
    copies=st.dictionaries(
        st.sampled_from(FILES),
        st.builds(
            CopyUse,
            label=st.just("D1"),
            name=st.just("d.jsonl"),
            owner=st.sampled_from(PEOPLE),
            arriving=st.booleans(),
        ),
    ),
    hosted=st.lists(
        st.builds(
            HostedUse,
            title=st.just("prod/v1"),
            model=st.sampled_from(MODELS),
            alive=st.booleans(),
            last=st.none() | ages,
        ),
        max_size=2,
    ),
    wanted=st.lists(st.tuples(st.sampled_from(MODELS), st.just("A1")), max_size=1),
)
person = st.builds(Person, st.sampled_from(PEOPLE), st.booleans())


@given(known, person)
def test_what_is_in_use_never_can_go(seen: Known, who: Person) -> None:
    for one in items(seen, who):
        if one.blocked:
            continue
        if one.kind == "file":
            assert not [use for use in seen.jobs if use.open and one.id in use.files]
            assert not [use for use in seen.jobs if use.unread and one.id in use.results]
        if one.kind == "model":
            assert not [use for use in seen.hosted if use.alive and use.model == one.id]
            assert not [use for use in seen.jobs if use.open and use.model == one.id]
            assert (one.id, "A1") not in seen.wanted
        if one.kind == "job":
            [made] = [use for use in seen.jobs if use.id == one.id]
            assert not made.open
            assert made.result is None


@given(known, person)
def test_others_things_stay_unless_somebody_decides_about_everything(seen: Known, who: Person) -> None:
    for one in items(seen, who):
        if not one.blocked:
            assert who.everything or one.owner == who.user


@given(known)
def test_base_models_and_other_purposes_are_never_listed(seen: Known) -> None:
    listed = {(one.kind, one.id) for one in items(seen, ALL)}
    assert not {("model", one.id) for one in seen.models if one.kind != "tuned"} & listed
    assert not {("file", one.id) for one in seen.files if one.purpose == "batch"} & listed
    assert not {("file", one.id) for one in seen.files if one.state == "deleted"} & listed


@given(known, person)
def test_everything_is_listed_once_what_cannot_go_last(seen: Known, who: Person) -> None:
    listed = items(seen, who)
    assert len({(one.kind, one.id) for one in listed}) == len(listed)
    assert [bool(one.blocked) for one in listed] == sorted(bool(one.blocked) for one in listed)
    for one in listed:
        assert find(seen, who, one.kind, one.id) == one


def test_the_safe_order() -> None:
    """Failed, unused, results of old jobs, data used longest ago, models, jobs that ended without one."""
    seen = Known(
        connection="prod",
        files=[
            file("new-data"),
            file("old-data"),
            file("result", purpose="fine-tune-results"),
            file("unused"),
            file("failed", state="failed"),
        ],
        models=[
            model("ft-new", job_id="made", created_at=NOW),
            model("ft-old", created_at=NOW - timedelta(days=9)),
        ],
        jobs=[
            job("made", files=frozenset({"new-data"}), results=frozenset({"result"}), result="ft-new"),
            job("cancelled", files=frozenset({"old-data"}), at=NOW - timedelta(days=50)),
        ],
    )
    assert [one.id for one in items(seen, ALL)] == [
        "failed",
        "unused",
        "result",
        "old-data",
        "new-data",
        "ft-old",
        "ft-new",
        "cancelled",
    ]


def test_a_checkpoint_in_use_keeps_its_model() -> None:
    seen = Known(
        connection="prod",
        models=[model("ft", job_id="j1"), model("ft:ckpt-step-20", kind="checkpoint", job_id="j1")],
        jobs=[job("j1", result="ft"), job("j2", open=True, model="ft:ckpt-step-20")],
    )
    [one] = items(seen, ALL)
    assert (one.blocked, one.blocked_by) == ("clean_trained_from", ("J2",))


def test_a_deployed_checkpoint_keeps_the_job_that_made_it() -> None:
    seen = Known(
        connection="prod",
        jobs=[job("j1", made=frozenset({"ftchkpt-1"}))],
        hosted=[HostedUse(title="prod/v1", model="ftchkpt-1", alive=True, last=None)],
    )
    [one] = items(seen, ALL)
    assert (one.kind, one.blocked, one.blocked_by) == ("job", "clean_deployed", ("prod/v1",))


def test_data_that_is_still_arriving_stays() -> None:
    copies = {"file-a": CopyUse(label="D1", name="d.jsonl", owner="U1", arriving=True)}
    [one] = items(Known(connection="prod", files=[file("file-a")], copies=copies), ALL)
    assert one.blocked == "clean_arriving"
