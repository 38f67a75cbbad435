from pathlib import Path
import time
import pytest
from tests.journey.steps import *
from tests.world import *

@pytest.mark.usefixtures("brisk")
async def test_x(tmp_path: Path) -> None:
    t=time.time()
    def lap(what): print(f"{time.time()-t:5.1f} {what}", flush=True)
    async with world(tmp_path, speed=60) as made:
        rin = await rin_of(made)
        lap("up")
        await hand_in(rin, "support_train.jsonl", valid="support_valid.jsonl")
        lap("handed")
        c = await ready(rin, "support_train.jsonl","support_valid.jsonl")
        lap("ready")
        for m in await made.history(RIN, await rin.direct()): print(plain(m)); print('---')
        await start(rin, valid="D2", suffix="support-v1")
        lap("started")
        c = await card(rin, "Running")
        lap("running"); print(plain(c))
        c = await card(rin, "Trained")
        lap("trained")
        await told(rin, "is trained", channel=FINETUNE, thread_ts=c["ts"])
        lap("told")
        await until(lambda: pic(made,c), "pic")
        lap("pic")
        print(plain(c))
        for m in await thread(rin,c): print(plain(m), m.get('files') and 'FILE'); print('---')
        await rin.command("/finetune results J1")
        m = await ephemeral(rin, "Results of")
        print(plain(m))
        await rin.command("/finetune job J1")
        m = await ephemeral(rin, "Requester" if 0 else "Started by")
        print(plain(m))
async def pic(made,c):
    return [m for m in await made.history(RIN,FINETUNE,c["ts"]) if m.get("files")]
