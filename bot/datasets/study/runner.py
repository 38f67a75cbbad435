"""The second pass over a file on disk."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.datasets.findings import Each, Findings
from bot.datasets.near.duplicates import near_duplicates
from bot.datasets.near.overlap import overlap
from bot.datasets.near.shared import Shared
from bot.datasets.near.sketches import Sketches
from bot.datasets.options import Form, Options
from bot.datasets.sets.languages import judge_languages
from bot.datasets.study.counters import counter_for
from bot.datasets.study.encodings import encoding_of
from bot.datasets.study.lines import Examples
from bot.datasets.study.measure import Measure
from bot.datasets.study.plain import is_plain_file, study_plain
from bot.datasets.study.studied import Studied
from bot.datasets.study.texts import measured, said

Progress = Callable[[int], None]
"""Told now and then how many bytes of the file have been read."""
_TOLD_EVERY = 1 << 20


def study(
    path: Path,
    options: Options,
    form: Form,
    *,
    against: Path | None = None,
    each: Each | None = None,
    progress: Progress | None = None,
) -> Studied:
    """Read the examples of a file once more, in bounded memory.

    Lines that hold no example are left out: the first pass told of them.

    Args:
        path: the file.
        options: what the first pass checked it against.
        form: how its lines are built.
        against: training data for this validation data: what stands in both is told at the lines of `path`.
        each: called with every finding at once, also with those that are not kept.
        progress: told how far it is.

    Raises:
        OSError: one of the files cannot be read.
    """
    if is_plain_file(path, options):
        return study_plain(path, progress=progress)
    began = time.perf_counter()
    findings = Findings(each)
    examples = Examples(path, form, options.max_line_bytes)
    training = Examples(against, form, options.max_line_bytes) if against is not None else None
    sample = list(examples.sample())
    languages = judge_languages([(0, texts) for texts in sample], findings.at)
    shared = Shared([*sample, *(training.sample() if training is not None else ())])
    sketches = Sketches(shared)
    told = 0
    counter = counter_for(encoding_of(options.service, options.model))
    with Measure(counter, options.max_example_tokens, findings.at) as measure:
        for line, example, done in examples.all():
            texts = list(examples.profile.texts(example))
            measure.add(line, measured(example, texts))
            sketches.add(line, said(example, texts))
            if progress is not None and done - told >= _TOLD_EVERY:
                told = done
                progress(done)
        tokens = measure.finish()
    near_duplicates(sketches, findings.at)
    both = None
    if training is not None:
        both = overlap(_sketched(training, shared), sketches, findings.at)
    return Studied(
        findings=findings.kept,
        totals=findings.totals,
        tokens=tokens,
        languages=languages,
        overlap=both,
        seconds=time.perf_counter() - began,
    )


def _sketched(examples: Examples, shared: Shared) -> Sketches:
    sketches = Sketches(shared)
    for line, example, _ in examples.all():
        sketches.add(line, said(example, list(examples.profile.texts(example))))
    return sketches
