"""Examples to compare: random ones that have nothing in common, and small changes to them."""

from collections.abc import Callable, Sequence
from random import Random

from bot.datasets.near.duplicates import near_duplicates
from bot.datasets.near.overlap import overlap
from bot.datasets.near.shared import Shared
from bot.datasets.near.sketches import Sketches
from tests.datasets.told import Told

Example = tuple[tuple[str, str], ...]

SYSTEM = "You are the friendly assistant of a parcel service. Never promise a time of delivery."
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxz", "aeiouy"
_KANJI = "天気公園散歩犬走楽明日思荷物倉庫出夕方届予定待支払銀行振込可能今朝家族電車駅本読食料理海山川空星花木春夏秋冬"


def seeded(seed: int) -> Random:
    """The same choices each time."""
    return Random(seed)  # noqa: S311 - nothing secret is chosen


def words(random: Random, many: int) -> str:
    """`many` words that mean nothing, of one to four syllables."""
    return " ".join(
        "".join(random.choice(_CONSONANTS) + random.choice(_VOWELS) for _ in range(random.randint(1, 4)))
        for _ in range(many)
    )


def kanji(random: Random, many: int) -> str:
    """A text without blanks."""
    return "".join(random.choice(_KANJI) for _ in range(many))


def talk(question: str, answer: str, system: str = SYSTEM) -> Example:
    return (("system", system), ("user", question), ("assistant", answer))


def typo(text: str, random: Random) -> str:
    """Two neighbouring letters that differ change places."""
    at = random.choice(
        [at for at in range(len(text) - 1) if text[at] != text[at + 1] and text[at : at + 2].isalpha()]
    )
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def word(text: str, random: Random) -> str:
    """One word (or two letters of a text without blanks) becomes another."""
    parts = text.split(" ")
    if len(parts) == 1:
        at = random.randrange(len(text) - 2)
        return text[:at] + "変更" + text[at + 2 :]
    parts[random.randrange(len(parts))] = words(random, 1)
    return " ".join(parts)


def number(text: str, random: Random) -> str:
    """A number more."""
    return f"{text} {random.randrange(10_000)}"


def blanks(text: str, random: Random) -> str:
    """Other blanks, at the same places and at the end."""
    return text.replace(" ", random.choice(["  ", "\n", "\u00a0\t"])) + "\n"


def prefix(text: str, random: Random) -> str:
    """A greeting before it."""
    return random.choice(["Hello, ", "Dear all: ", "すみません、"]) + text


CHANGES: Sequence[Callable[[str, Random], str]] = (typo, word, number, blanks, prefix)


def sketched(
    examples: Sequence[Example], shared: Shared | None = None, start: int = 1, sketched: int = 10_000
) -> Sketches:
    """Sketches of examples on lines from `start`."""
    sketches = Sketches(shared, sketched=sketched, hashed=2 * sketched)
    for line, example in enumerate(examples, start):
        sketches.add(line, example)
    return sketches


def shared_of(examples: Sequence[Example]) -> Shared:
    return Shared([text for _, text in example] for example in examples)


def near(examples: Sequence[Example], *, with_shared: bool = True) -> Told:
    """What is told about near duplicates among `examples`, on lines from 1."""
    told = Told()
    many = near_duplicates(sketched(examples, shared_of(examples) if with_shared else None), told.at)
    assert many == len(told.of("near_duplicate"))
    return told


def overlapping(train: Sequence[Example], valid: Sequence[Example]) -> Told:
    """What is told about `valid`, whose lines are counted from 1001."""
    told = Told()
    shared = shared_of(train)
    exact, almost = overlap(sketched(train, shared), sketched(valid, shared, 1001), told.at)
    assert exact == len(told.of("validation_overlap"))
    assert almost == len(told.of("validation_near_overlap"))
    return told
