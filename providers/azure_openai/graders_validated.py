"""A grader that the service itself validates before a job is created (v1 specification, `validateGrader`)."""

import logging
from collections.abc import Mapping
from typing import Final

from providers.azure_openai.client import AzureOpenAIClient
from providers.azure_openai.errors import GRADER_REFUSED
from providers.azure_openai.hyperparameters import GRADER
from providers.azure_openai.orders import objects
from providers.base import Value
from providers.errors import ProviderError

LOG = logging.getLogger(__name__)
KINDS: Final = frozenset({"string_check", "text_similarity", "python", "score_model", "multi"})
"""What the operation takes by its specification. Others (`endpoint`, told in notebooks alone) are not asked about."""


async def validate(client: AzureOpenAIClient, given: Mapping[str, Value]) -> None:
    """Ask about the grader among these values.

    The operation is an alpha one: where it is not there, not allowed, or does not answer, nothing is raised and the
    creation of the job decides.

    Raises:
        Refused: `grader_invalid` (nothing is sent) or `grader_refused` with the service's words.
    """
    grader = objects(given)[GRADER]
    if grader["type"] not in KINDS:
        return
    try:
        await client.validate_grader(grader)
    except ProviderError as error:
        if error.code == GRADER_REFUSED:
            raise
        LOG.info("the grader was not validated beforehand: %s", error.code)
