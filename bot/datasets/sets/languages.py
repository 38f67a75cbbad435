"""Languages of a sample of the examples.

The model of `py3langid` takes about 75 MB while it is loaded and half a second, so this is not part of `judge_set`: it
belongs where memory is not counted, as in the second pass.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.datasets.sets.at import At
from bot.datasets.sets.letters import letters
from bot.datasets.sets.scenario import Sample
from bot.datasets.sets.specs import LANGUAGES_MIXED

FEWEST_LETTERS = 20
"""Shorter texts are not judged."""
LANGUAGES = (
    "af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et",
    "eu", "fa", "fi", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja",
    "ka", "kk", "km", "kn", "ko", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl", "no",
    "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th",
    "tl", "tr", "uk", "ur", "uz", "vi", "zh", "zu",
)  # fmt: skip
"""What is looked for (ISO 639-1): languages of many speakers, so that odd texts are not taken for rare ones."""

_READ = 2000
_SURE = 0.6
_SECOND = 5  # per cent
_FEWEST_EXAMPLES = 3
_TEMPLATE = 0.2
_ALIKE = (
    frozenset({"no", "da", "sv"}),
    frozenset({"hr", "bs", "sr", "sl"}),
    frozenset({"id", "ms"}),
    frozenset({"cs", "sk"}),
    frozenset({"es", "gl", "ca", "pt"}),
    frozenset({"ru", "uk", "be", "bg", "mk"}),
    frozenset({"nl", "af"}),
    frozenset({"hi", "mr", "ne"}),
)


def judge_languages(sample: Sample, at: At) -> Mapping[str, int]:
    """Shares of the languages in whole per cent, the largest first; empty when no text is long enough.

    Reports `languages_mixed` for the file when a second language has 5 % and at least three examples. Languages that
    are easily taken for each other in short texts do not count as a second one. A text that stands in more than a
    fifth of the examples (a system prompt) is left out where other texts are there.
    """
    counts = Counter(_named(sample))
    every = sum(counts.values())
    if not every:
        return {}
    shares = {language: round(100 * number / every) for language, number in counts.most_common()}
    (main, _), *others = counts.most_common()
    alike = next((group for group in _ALIKE if main in group), frozenset[str]())
    for second, number in others:
        if second not in alike and number >= _FEWEST_EXAMPLES and 100 * number >= _SECOND * every:
            at(None)(LANGUAGES_MIXED, main=main, second=second, share=shares[second])
            break
    return {language: share for language, share in shares.items() if share}


def _named(sample: Sample) -> Iterator[str]:
    """The language of each example that can be told."""
    read = [text for text in _read(sample) if letters(text) >= FEWEST_LETTERS]
    if not read:
        return
    from py3langid import langid  # type: ignore[import-untyped]

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    for text in read:
        language, sure = identifier.classify(text)
        if sure >= _SURE:
            yield str(language)


def _read(sample: Sample) -> Iterator[str]:
    """What each example says itself, clipped."""
    often = Counter(text for _, texts in sample for text in set(texts))
    limit = max(2, _TEMPLATE * len(sample))
    for _, texts in sample:
        own = [text for text in texts if often[text] <= limit] or texts
        yield " ".join(text[:_READ] for text in own)[:_READ]
