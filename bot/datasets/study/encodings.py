"""Which vocabulary a model reads text with."""

import re
from fnmatch import fnmatchcase

O200K, CL100K, HARMONY = "o200k_base", "cl100k_base", "o200k_harmony"

# as `tiktoken.model` has them; Azure OpenAI writes gpt-35 for gpt-3.5
_ENCODINGS = (
    ("gpt-4o*", O200K),
    ("gpt-4.1*", O200K),
    ("gpt-4.5*", O200K),
    ("o1*", O200K),
    ("o3*", O200K),
    ("o4*", O200K),
    ("gpt-5*", O200K),
    ("gpt-oss*", HARMONY),
    ("gpt-3*5-turbo*", CL100K),
    ("gpt-35*", CL100K),
    ("gpt-4", CL100K),
    ("gpt-4-*", CL100K),
    ("babbage-002", CL100K),
    ("davinci-002", CL100K),
)
_TUNED = re.compile(r"\.ft-.*\Z", re.DOTALL)


def encoding_of(service: str, model: str = "") -> str:
    """The vocabulary of `model`, a fine-tuned one like its base; empty when none is known or none ships in a package.

    Without a model, o200k is taken for Azure OpenAI: every OpenAI model that can still be trained there reads with it
    (contracts/azure_openai.md 1.11).
    """
    base = _TUNED.sub("", model.strip().lower())
    if not base:
        return O200K if service == "azure_openai" else ""
    return next((name for match, name in _ENCODINGS if fnmatchcase(base, match)), "")
