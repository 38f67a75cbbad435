"""What people call the services, and what each says of itself."""

from providers.errors import Refused
from providers.registry import service as described
from providers.service import Service


def of_kind(kind: str) -> Service | None:
    """What a service says of itself; None for one that is configured no longer, or not known."""
    try:
        return described(kind)
    except Refused:
        return None


def service_name(kind: str) -> str:
    """The service's name (`Azure OpenAI`), the same in every place; what is configured no longer stays as it is."""
    found = of_kind(kind)
    return found.label if found is not None else kind.replace("_", " ")


def evaluates(kind: str) -> bool:
    """Whether the service evaluates the safety of a model after its training."""
    found = of_kind(kind)
    return found is not None and found.evaluates


def unmeasured(kind: str) -> bool:
    """Whether the service tells nobody who calls a deployment."""
    found = of_kind(kind)
    return found is not None and not found.monitor
