"""What a connection to Azure OpenAI can do (contract 1.4, 1.10)."""

from collections.abc import Sequence
from typing import Final

from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.surface import REINFORCEMENT, SUPERVISED
from providers.base import Capabilities, Limits, NameRule, SuffixRule, TrainingType

MIB: Final = 1024 * 1024

# 40 in the dated spec; the portal and its Python sample take 18 (contract 10).
SUFFIX: Final = SuffixRule(pattern=r"^[A-Za-z0-9_-]+$", maximum=40, advised=18)

# Assumed: the bicep types of 2025-12-01 leave a deployment's name open; this is what they and the 2023-05-01 swagger
# say of the account's name, and the stand-in holds deployments to it.
DEPLOYMENT_NAME: Final = NameRule(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$", minimum=2, maximum=64)

# A message of the event that follows "Job succeeded." (contract 1.6, R3 of section 5.1).
SAFETY_LINE: Final = "Model Evaluation Passed"

# D:quotas-limits.md 02/17/2026, as kept in contract 1.10.
LIMITS: Final = Limits(
    file_bytes=512 * MIB,
    files=100,
    files_total_bytes=1024 * MIB,
    jobs_kept=100,
    jobs_running=3,
    jobs_queued=20,
    deployments=10,
    job_tokens=2_000_000_000,
    min_examples=10,
)


def capabilities(
    offered: Sequence[str], *, methods: tuple[str, ...] = (SUPERVISED,), pause: bool = True
) -> Capabilities:
    """Capabilities of a connection that offers these training types (none given = all).

    `methods` and `pause` are what its surface has (`providers.azure_openai.surface`).
    """
    return Capabilities(
        copies=True,
        deploys_once=True,
        pause=pause,
        cancel=True,
        seed=True,
        validation=True,
        suffix=SUFFIX,
        byte_order_mark=True,
        live_points=True,
        training_types=_offered(offered),
        methods=methods,
        timed_methods=(REINFORCEMENT,),
        limits=LIMITS,
        deployment_name=DEPLOYMENT_NAME,
        safety_line=SAFETY_LINE,
    )


def _offered(wanted: Sequence[str]) -> tuple[TrainingType, ...]:
    """The wanted ones in the wanted order; the service reads their names in any case (contract 1.4)."""
    known = {kind.id.lower(): kind for kind in load_facts().training_types}
    if not wanted:
        return tuple(known.values())
    return tuple(known.get(name.lower(), TrainingType(id=name, label=name, hint="")) for name in wanted)
