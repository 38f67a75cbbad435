"""How fast a large file comes from Slack and goes to the service, and what that costs: `python -m benchmarks.transfer`.

Three processes: this one, the other side, and one that does what the program does and measures itself. A file of mixed
chats is fetched from the sandbox's Slack while a helper process checks it. It is sent as one form and in parts, to two
services: the stand-in, which writes it to disk and joins the parts, and a sink that only counts, which shows what our
side can do. Told are the median of the rounds' MB/s (10^6 bytes), the peak of memory over what our processes had before
the first byte, and the longest that the event loop was kept. A promise of the design that is broken ends the program
with an error: 100 MB/s, 64 MiB over idle, 20 ms. `--sizes 50` leaves the large file out.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from benchmarks import corpus
from bot.clock import SystemClock
from bot.config.handover import network_options
from bot.config.load import load
from bot.datasets.fetching import announced, fetched, partial
from bot.datasets.options import Options
from bot.datasets.report import Report
from bot.datasets.source import prepared
from bot.datasets.staging import Staging
from bot.helper import Growth, HelperProcess
from handlers.slack.chat import SlackChat
from handlers.slack.web import web_client
from providers.base import State
from providers.network import NetworkOptions, make_client
from providers.registry import build
from providers.sending import InParts
from sandbox.azure_openai import AzureOptions, install
from sandbox.azure_openai.options import Limits
from sandbox.config_out import bot_config
from sandbox.server import SandboxOptions, create_sandbox
from sandbox.slack.options import SlackOptions

MB = 1_000_000
MIB = 1 << 20
LEAST, MOST_MIB, MOST_MS = 100.0, 64.0, 20.0
PART = 32 * MIB
LARGE = 500
PERSON, CHANNEL = "U0REQUEST1", "C0FINETUNE"
ROUNDS = 3
SINK, STAND_IN, SLACK = "sink", "stand-in", "Slack"
FORM, PARTS = "form", "parts"
TICK = 0.002
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One file that was sent: MB/s, MiB over idle at the peak, the longest that the event loop was kept in ms."""

    rate: float
    memory: float
    lag: float


class PromiseBroken(Exception):
    """A figure is worse than the design allows."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer")
    parser.add_argument("--sizes", type=int, nargs="*", default=[50, 512], help="MB of the files")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--serve", choices=(SINK, STAND_IN, SLACK))
    parser.add_argument("--send", nargs=3, metavar=("URL", "FILE", "WAY"))
    parser.add_argument("--fetch", nargs=3, metavar=("URL", "FILE", "WARM"))
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve(given.serve))
    elif given.send:
        url, file, way = given.send
        print(json.dumps(asdict(asyncio.run(_send(url, Path(file), way)))))
    elif given.fetch:
        print(json.dumps(asdict(asyncio.run(_fetch(*given.fetch)))))
    else:
        asyncio.run(_measure(given.sizes, given.rounds))


async def _measure(sizes: list[int], rounds: int) -> None:
    broken: list[str] = []
    print(f"{'':32}{'MB/s':>8}{'MiB over idle':>16}{'loop kept, ms':>16}")
    with tempfile.TemporaryDirectory(prefix="transfer-") as folder:
        warm = Path(folder, "warm.jsonl")
        corpus.write(warm, MB)
        for size in sizes:
            path = Path(folder, f"{size}.jsonl")
            corpus.write(path, size * MB)
            times = rounds if size < LARGE else 1
            # An other side of its own for each: what the last one keeps on disk counts against its limits.
            async with _running(SLACK) as url:
                given = (url, await _attached(url, path), await _attached(url, warm))
                runs = [await _child("--fetch", *given) for _ in range(times)]
            broken += _told(f"{size} MB, fetched and checked", runs)
            for service in (SINK, STAND_IN):
                for way in (FORM, PARTS):
                    async with _running(service) as url:
                        runs = [await _child("--send", url, str(path), way) for _ in range(times)]
                    broken += _told(f"{size} MB, {way} to {service}", runs)
    if broken:
        raise PromiseBroken(", ".join(broken))


def _told(name: str, runs: list[Measured]) -> list[str]:
    """Print what was measured; the name when it breaks a promise."""
    rate = statistics.median(one.rate for one in runs)
    memory = max(one.memory for one in runs)
    lag = statistics.median(one.lag for one in runs)
    print(f"{name:32}{rate:8.0f}{memory:16.1f}{lag:16.1f}", flush=True)
    return [name] if rate < LEAST or memory > MOST_MIB or lag > MOST_MS else []


async def _attached(url: str, path: Path) -> str:
    """Hand a file in at the sandbox's page; its id."""
    form = aiohttp.FormData()
    form.add_field("user", PERSON)
    with path.open("rb") as file:
        form.add_field("file", file, filename=path.name, content_type="application/octet-stream")
        async with aiohttp.ClientSession() as http:
            async with http.post(f"{url}/page/api/file", data=form) as answer:
                file_id = str((await answer.json())["file"]["id"])
            # The bot sees files of the conversations that it is in.
            message = {"user": PERSON, "channel": CHANNEL, "text": "", "files": [file_id]}
            async with http.post(f"{url}/page/api/message", json=message) as answer:
                assert (await answer.json())["ok"]
    return file_id


async def _send(url: str, path: Path, way: str) -> Measured:
    """Send a file as the program does, and look at ourselves meanwhile."""
    given = {"endpoint": f"{url}/azure/bench", "key": "sandbox-azure-key"}
    provider = build("azure_openai", "bench", given, network=NetworkOptions(), clock=SystemClock())
    # The connection and everything that is imported late belongs to a program that idles.
    await provider.files()
    source = prepared(path, byte_order_mark=provider.capabilities.byte_order_mark)

    async def note(_: int) -> None:
        pass

    async def keep(state: State) -> None:
        path.with_suffix(".state").write_text(json.dumps(state), encoding="utf-8")

    parts = InParts(above=0 if way == PARTS else source.size, size=PART, keep=keep)
    idle = _idle()
    lag = _Lag()
    began = time.perf_counter()
    sent = await provider.upload(source, f"{time.time_ns()}.jsonl", None, note, parts)
    took = time.perf_counter() - began
    longest = await lag.stop()
    peak = _memory("VmHWM")
    assert sent.bytes in {None, source.size}
    await provider.aclose()
    return Measured(source.size / MB / took, (peak - idle) / 1024, longest * 1000)


async def _fetch(url: str, file_id: str, warm_id: str) -> Measured:
    """Fetch a file and have it checked meanwhile, as the program does, and look at ourselves."""
    with tempfile.TemporaryDirectory(prefix="fetch-") as folder:
        config = _config(Path(folder), url)
        settings = load(config, {})
        async with make_client(network_options(settings.network)) as http, HelperProcess() as helper:
            chat = SlackChat(web_client(settings), http, settings.slack)
            staging = Staging(settings.files.staging, settings.limits.intake_max_bytes)
            await _checked(chat, helper, staging, 1, warm_id)
            helpers = [str(pid) for pid in helper.follower_pids]
            idle = sum(_idle(one) for one in ("self", *helpers))
            lag = _Lag()
            began = time.perf_counter()
            report = await _checked(chat, helper, staging, 2, file_id)
            took = time.perf_counter() - began
            longest = await lag.stop()
            peak = sum(_memory("VmHWM", one) for one in ("self", *helpers))
    return Measured(report.bytes / MB / took, (peak - idle) / 1024, longest * 1000)


async def _checked(
    chat: SlackChat, helper: HelperProcess, staging: Staging, number: int, file_id: str
) -> Report:
    growth, target = Growth(), staging.path(number)
    file = await announced(chat, file_id, staging.limit)
    paths = (partial(target), target)
    check = asyncio.create_task(
        helper.follow(paths, Options(), growth, heard=lambda _: None, expected=file.size or 0)
    )
    arrived = await fetched(file, target, limit=staging.limit, grown=growth.grown)
    growth.ended(arrived.bytes, arrived.sha256)
    report = await check
    assert report is not None
    return report


def _config(folder: Path, url: str) -> Path:
    path = folder / "tunesmith.toml"
    path.write_text(bot_config(url, folder), encoding="utf-8")
    return path


class _Lag:
    """The longest that anybody had to wait for the event loop."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            self._longest = max(self._longest, time.perf_counter() - before - TICK)

    async def stop(self) -> float:
        """Seconds."""
        self._task.cancel()
        await asyncio.wait([self._task])
        return self._longest


def _idle(process: str = "self") -> int:
    """Memory in use, in KiB; the kernel's account of the peak begins anew."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS", process)


def _memory(name: str, process: str = "self") -> int:
    """KiB of a process by the kernel's account."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


async def _child(*given: str) -> Measured:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.transfer", *given, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(" ".join(given))
    return Measured(**json.loads(out))


@asynccontextmanager
async def _running(service: str) -> AsyncIterator[str]:
    """A service in a process of its own; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.transfer", "--serve", service, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        yield line.decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _serve(service: str) -> None:
    if service == SLACK:
        sandbox = create_sandbox(options=SandboxOptions(slack=SlackOptions(rate_limits=False)))
        await sandbox.start()
        print(sandbox.url, flush=True)
        await asyncio.Event().wait()
    app = web.Application(client_max_size=1 << 40)
    if service == STAND_IN:
        limits = Limits(total_bytes=1 << 40, files=1_000)
        install(app, clock=SystemClock(), options=AzureOptions(speed=100.0, limits=limits))
    else:
        app.router.add_route("*", "/{path:.*}", _counting())
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _counting() -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A service that reads and forgets, and answers what each of the five operations needs."""

    async def handle(request: web.Request) -> web.Response:
        async for _ in request.content.iter_any():
            pass
        if request.method == "GET":
            return web.json_response({"data": []})
        file = {"id": "file-1", "status": "pending", "created_at": int(time.time())}
        if request.path.endswith("/complete"):
            return web.json_response({"id": "upload-1", "file": file})
        return web.json_response(file)

    return handle


if __name__ == "__main__":
    main()
