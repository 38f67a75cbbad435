"""The words with which Microsoft.CognitiveServices refuses to deploy.

Quoted from the live service where they are known (contract 2.3 and public issues: quota, deprecated and unsupported
models, SKUs, a missing SKU, a busy account). Assumed, because they are published nowhere: a custom model that is
deployed already, a name that another model has, a region without fine-tuning, an unknown content filter, the limits of
capacities, names, tags and numbers of deployments. For those, a client must not lean on code or text.
"""

from datetime import datetime

from sandbox.azure_control.errors import ArmError
from sandbox.azure_control.quota import Pool


def _invalid(message: str) -> ArmError:
    return ArmError(400, "InvalidResourceProperties", message)


def not_found(name: str) -> ArmError:
    """The account has no deployment of this name."""
    message = f"The deployment '{name}' was not found."
    return ArmError(404, "ResourceNotFound", message)


def busy(account_id: str) -> ArmError:
    """Deployments of one account are created and deleted one after the other."""
    message = (
        f"Another operation is being performed on the parent resource '{account_id}'. Please try again later."
    )
    return ArmError(409, "RequestConflict", message)


def no_sku() -> ArmError:
    """The body has no SKU."""
    return _invalid("The sku of model deployment is not provided.")


def missing(name: str) -> ArmError:
    """A field is absent or of another type."""
    return _invalid(f"The {name} of account deployment is not provided or not valid.")


def bad_name(name: str) -> ArmError:
    """Assumed. 2 to 64 letters, digits and `_.-`, beginning with a letter or digit (bicep types)."""
    message = (
        f"The deployment name '{name}' is invalid. It must have 2 to 64 characters, start with a letter or a digit, "
        "and contain only letters, digits, '_', '.' and '-'."
    )
    return ArmError(400, "InvalidResourceName", message)


def bad_tags(problem: str) -> ArmError:
    """Assumed, after Resource Manager's limits: 50 tags, names of 512 and values of 256 characters."""
    return ArmError(400, "InvalidTag", f"The tags of the resource are not valid: {problem}.")


def capacity_too_small(capacity: int) -> ArmError:
    """Assumed."""
    return _invalid(f"The specified capacity '{capacity}' of account deployment must be at least 1.")


def capacity_too_large(capacity: int, maximum: int) -> ArmError:
    """Assumed."""
    message = (
        f"The specified capacity '{capacity}' of account deployment is bigger than the maximum '{maximum}'."
    )
    return _invalid(message)


def unknown_model(format_: str, name: str, version: str, source: str) -> ArmError:
    """No such model here: never made, deleted, or its job has not succeeded."""
    message = (
        f"The model 'Format: {format_}, Name: {name}, Version: {version}, Source: {source}' of account deployment "
        "is not supported."
    )
    return ArmError(400, "DeploymentModelNotSupported", message)


def not_deployable(name: str) -> ArmError:
    """A base model of an old kind."""
    message = (
        f"Creating account deployment is not supported by the model '{name}'. This is usually because there are "
        "better models available for the similar functionality."
    )
    return ArmError(400, "DeploymentModelNotSupported", message)


def retired(format_: str, name: str, version: str, since: datetime) -> ArmError:
    """The base model is not served any more."""
    message = (
        f"The model 'Format:{format_},Name:{name},Version:{version}' has been deprecated since "
        f"{since:%m/%d/%Y %H:%M:%S}."
    )
    return ArmError(400, "ServiceModelDeprecated", message)


def wrong_sku(sku: str, name: str, version: str) -> ArmError:
    """The model is not offered with this SKU (or the api-version does not know it)."""
    return _invalid(
        f"The specified SKU '{sku}' of account deployment is not supported by the model '{name}' version: "
        f"'{version}'."
    )


def wrong_region(sku: str, name: str, version: str, region: str) -> ArmError:
    """The model has this SKU in other regions only."""
    return _invalid(
        f"The specified SKU '{sku}' for model '{name} {version}' is not supported in this region '{region}'."
    )


def no_fine_tuning(region: str) -> ArmError:
    """Assumed. The region serves base models only."""
    message = f"Fine-tuned models are not supported in the region '{region}'."
    return ArmError(400, "DeploymentModelNotSupported", message)


def no_quota(pool: Pool, wanted: int) -> ArmError:
    """The pool has less left than is asked for; `wanted` thousands of tokens per minute are new."""
    message = (
        f"This operation require {wanted} new capacity in quota {pool.title}, which is bigger than the current "
        f"available capacity {pool.free}. The current quota usage is {pool.used} and the quota limit is "
        f"{pool.limit} for quota {pool.title}."
    )
    return ArmError(400, "InsufficientQuota", message)


def wrong_format() -> ArmError:
    """A model with another model's format makes the service stumble (contract 2.2)."""
    message = "An internal server error occurred. Please try again later."
    return ArmError(500, "InternalServerError", message)


def name_taken(name: str, model: str) -> ArmError:
    """Assumed."""
    message = f"The deployment '{name}' already exists with the model '{model}'. Its model cannot be changed."
    return ArmError(409, "Conflict", message)


def already_deployed(model: str, name: str) -> ArmError:
    """Assumed. Only one deployment is permitted for a custom model (the services' article)."""
    message = f"Only one deployment is permitted for the custom model '{model}'. It is already deployed as '{name}'."
    return ArmError(409, "Conflict", message)


def too_many(limit: int, kind: str) -> ArmError:
    """Assumed. The limits of contract 1.10."""
    message = f"The maximum number of {kind} deployments ({limit}) of this account is reached."
    return ArmError(400, "QuotaExceeded", message)


def unknown_filter(name: str) -> ArmError:
    """Assumed."""
    return _invalid(f"The RAI policy '{name}' of account deployment was not found.")
