"""What is wrong with a configuration, as codes and parameters; the sentences are the CLI's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    Attributes:
        where: the place to mend, `tunesmith.toml: slack.channel` or `TUNESMITH_SLACK_BOT_TOKEN`.
        code: stable word, for example `unknown_key`.
        params: what the sentence needs; never a secret.
    """

    where: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class ConfigError(Exception):
    """The configuration cannot be used; `problems` holds every mistake that was found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.where}: {one.code}" for one in self.problems))
