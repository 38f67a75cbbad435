"""What goes wrong on the way is told by kind, sent once where it costs, and never with a secret in it."""

import re
from pathlib import Path

import pytest

from providers.errors import OutcomeUnknown, ProviderError, Throttled, Unauthorised, Unavailable
from tests.providers.conformance.bench import Bench, bench_of
from tests.providers.conformance.subjects import Subject


async def test_busy_is_told_with_its_time(bench: Bench) -> None:
    bench.fail(
        "status", bench.subject.listed, status=429, retry_after={"form": "seconds", "value": 900}, times=0
    )
    with pytest.raises(Throttled) as caught:
        await bench.provider.jobs(None)
    assert caught.value.retry_after == pytest.approx(900, abs=2)


async def test_a_service_that_is_down_can_be_asked_again(bench: Bench) -> None:
    bench.fail(
        "status", bench.subject.listed, status=503, times=0, retry_after={"form": "seconds", "value": 900}
    )
    with pytest.raises((Unavailable, Throttled)):
        await bench.provider.jobs(None)


async def test_a_creation_is_sent_once_whatever_comes_back(bench: Bench) -> None:
    wanted = await bench.spec()
    method, path = bench.subject.create
    before = _asked(bench)
    bench.fail("status", (method, path), status=500, times=0)
    with pytest.raises((OutcomeUnknown, ProviderError)) as caught:
        await bench.provider.submit(wanted)
    assert not isinstance(caught.value, Throttled)
    assert _asked(bench) - before == 1


def _asked(bench: Bench) -> int:
    method, path = bench.subject.create
    pattern = re.compile(path.removeprefix("re:"))
    totals = bench.sandbox.faults.totals(bench.subject.service)
    return sum(
        count for what, count in totals.items() if what.startswith(f"{method} ") and pattern.search(what)
    )


async def test_a_throttled_creation_was_not_done(bench: Bench) -> None:
    wanted = await bench.spec()
    bench.fail(
        "status", bench.subject.create, status=429, retry_after={"form": "seconds", "value": 900}, times=1
    )
    with pytest.raises(Throttled):
        await bench.provider.submit(wanted)


async def test_wrong_credentials_are_told_without_them(subject: Subject, tmp_path: Path) -> None:
    secret = "dapi-wrong-secret-0123456789abcdef"
    async with bench_of(subject, tmp_path, key=secret, client_secret=secret) as bench:
        bench.fail("status", ("GET", ""), status=401, times=0)
        bench.fail("status", ("POST", ""), status=401, times=0)
        with pytest.raises(Unauthorised) as caught:
            await bench.provider.jobs(None)
        told = f"{caught.value!r} {caught.value} {caught.value.answer} {caught.value.params}"
        assert secret not in told
        assert secret not in repr(bench.provider)
