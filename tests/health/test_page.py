"""The page is Prometheus' text whatever the labels are, and its labels can only be few."""

from hypothesis import given
from hypothesis import strategies as st

from bot.health.numbers import Due, Numbers
from handlers.metrics.meter import Meter
from handlers.metrics.page import page
from tests.health.bench import Scrape

NOTHING = Numbers(
    jobs={}, deployments={}, requests={}, files={}, copies={}, tasks={}, due={}, messages={}, unsent=0.0,
    leases={}, polled={}, looked={},
)  # fmt: skip
# What splits a line for the parser is split by it at other signs than a line feed, too: those are not in our names.
names = st.one_of(
    st.sampled_from(('a"b', "a\nb", "a\\b", 'a\\"b', "a\\nb", '"} 1\nfake 2', "")),
    st.text('ab\\"\n{}=, ', max_size=12),
)


@given(st.dictionaries(names, st.integers(0, 10**9), max_size=5))
def test_a_name_can_neither_break_the_page_nor_add_to_it(counts: dict[str, int]) -> None:
    numbers = Numbers(
        **{
            **{name: getattr(NOTHING, name) for name in Numbers.__dataclass_fields__},
            "jobs": {(name, "running"): count for name, count in counts.items()},
            "due": {name: Due(count=count, oldest=0.5) for name, count in counts.items()},
        }
    )
    meter = Meter()
    for name in counts:
        meter.requests(name).answered("jobs.list", "ok", 0.1)
    found = Scrape(page(meter, numbers, {}, connected=True).decode())
    told = {s.labels["connection"]: s.value for s in found.samples if s.name == "tunesmith_jobs"}
    assert told == counts
    assert found.values("lane") == set(counts)
    assert all(s.name.startswith(("tunesmith_", "process_")) for s in found.samples)
    assert {
        s.labels["connection"] for s in found.samples if s.name == "tunesmith_provider_requests_total"
    } == set(counts)


@given(st.text(max_size=20))
def test_a_payload_of_an_unknown_kind_makes_no_label_of_its_own(kind: str) -> None:
    meter = Meter()
    meter.acked(kind, 0.001)
    found = Scrape(page(meter, None, {}, connected=False).decode())
    assert found.values("payload") <= {"slash_commands", "interactive", "events_api", "other"}
    assert found.sum("tunesmith_ack_seconds_count") == 1


def test_an_operation_is_told_by_its_group_alone() -> None:
    meter = Meter()
    for operation in ("jobs.create", "jobs.list", "whoami", "sign_in"):
        meter.requests("prod").answered(operation, "ok", 0.1)
    found = Scrape(page(meter, None, {}, connected=False).decode())
    assert found.values("operation") == {"jobs", "whoami", "sign_in"}
    assert found.sum("tunesmith_provider_requests_total", operation="jobs") == 2


def test_two_meters_have_nothing_in_common() -> None:
    one, other = Meter(), Meter()
    one.called("chat.postMessage", "ok", 0.1)
    assert not Scrape(page(other, None, {}, connected=False).decode()).has("tunesmith_slack_calls_total")
