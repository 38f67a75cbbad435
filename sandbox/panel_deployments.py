"""The panel's part for deployments: what there is, somebody's calls, the portal, and the passing of time."""

from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp

from sandbox.azure_control.ageing import Ageing, idle_for, left_for
from sandbox.azure_control.deployments import Deployment
from sandbox.azure_control.errors import ArmError
from sandbox.azure_control.inactivity import last_answered
from sandbox.azure_control.looks import Looks
from sandbox.azure_control.market import arm_name
from sandbox.azure_control.writes import Actor
from sandbox.azure_openai.catalogue import STANDARD
from sandbox.azure_openai.service import AzureService
from sandbox.azure_openai.versions import VERSIONS
from sandbox.bot_process import BotProcess
from sandbox.clock import Clock
from sandbox.common.entra import principal

# Who clicks in the portal: somebody of their own, so that records tell them apart from the bot.
PORTAL: Final = Actor(principal("portal"), "mona@lumen-oak.example", "User")
MOST_DAYS: Final = 400
_ARM_VERSION: Final = "2025-09-01"
_CHAT_VERSION: Final = "2024-10-21"
_PROMPT: Final = "Where is my parcel?"
_ANSWER_TOKENS: Final = 60
_TEMPERATURE: Final = 0.3
_MODELS_VERSION: Final = VERSIONS["2024-10-21"]


class DeploymentsPanel:
    """Acts on the deployments of the stand-in; calls go through its front door."""

    def __init__(self, azure: AzureService, bot: BotProcess, looks: Looks, clock: Clock) -> None:
        self._azure = azure
        self._clock = clock
        self._records = azure.control.deployments
        self.ageing = Ageing(
            self._records,
            azure.resources,
            clock=clock,
            looks=looks,
            bot_runs=lambda: bot.state()["state"] == "running",
        )

    def state(self) -> dict[str, Any]:
        """What the panel shows: deployments of all accounts, and tuned models that can be deployed."""
        now = self._clock.now()
        return {
            "deployments": [_described(found, now) for found in self._records.all()],
            "models": self._models(),
            "accounts": [place.name for place in self._azure.control.accounts],
            "ageing": self.ageing.under_way,
        }

    async def age(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"days" | "hours" | "until_idle_days", "resource"?, "deployment"?}`. Raises ValueError."""
        where = {"resource": _text(body, "resource"), "name": _text(body, "deployment")}
        if "until_idle_days" in body:
            length = self.ageing.until_idle(timedelta(days=_amount(body, "until_idle_days")), **where)
        elif "hours" in body:
            length = timedelta(hours=_amount(body, "hours"))
        else:
            length = timedelta(days=_amount(body, "days"))
        if "hours" in body and length > timedelta(days=1):
            raise ValueError("hours")
        steps = await self.ageing.pass_time(length, **where)
        return {"steps": [step.as_json() for step in steps]}

    async def act(self, body: dict[str, Any], origin: str) -> dict[str, Any]:
        """`{"action": "call" | "delete" | "deploy", "resource", "deployment", …}`. Raises ValueError."""
        resource, name = _text(body, "resource"), _text(body, "deployment")
        if resource is None or name is None:
            raise ValueError("deployment")
        if body.get("action") == "call":
            return await self._call(resource, name, str(body.get("prompt") or _PROMPT), origin)
        if body.get("action") == "delete":
            found = self._records.get(resource, name)
            if found is None:
                raise ValueError("deployment")
            self._records.remove(found)
            return {"deleted": found.name}
        if body.get("action") == "deploy":
            return self._deploy(resource, name, body)
        raise ValueError("action")

    async def _call(self, resource: str, name: str, prompt: str, origin: str) -> dict[str, Any]:
        """One chat completion, as somebody's app would ask for it."""
        url = f"{origin}/azure/{resource.lower()}/openai/deployments/{name}/chat/completions"
        body = {
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": _ANSWER_TOKENS,
            "temperature": _TEMPERATURE,
        }
        headers = {"api-key": self._azure.options.api_key}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, params={"api-version": _CHAT_VERSION}, json=body) as answer,
        ):
            said = await answer.json()
        if answer.status != 200:
            return {"status": answer.status, "answer": None, "message": _message(said)}
        return {"status": 200, "answer": said["choices"][0]["message"]["content"], "message": None}

    def _deploy(self, resource: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a person who is not the bot, with rights of their own, does in the portal."""
        place, model = self._azure.control.accounts.named(resource), _text(body, "model")
        if place is None or model is None:
            raise ValueError("model" if place else "resource")
        source = self._azure.resource(place.resource).models.source(model)
        form = arm_name(source.base).format if source is not None else "OpenAI"
        sent = {
            "sku": {"name": body.get("sku") or STANDARD, "capacity": body.get("capacity")},
            "properties": {"model": {"format": form, "name": model, "version": "1"}},
        }
        try:
            self._azure.control.writes.put(place, name, sent, _ARM_VERSION, PORTAL)
        except ArmError as error:
            return {"status": error.status, "message": f"{error.code}: {error.message}"}
        return {"status": 201, "message": None}

    def _models(self) -> list[dict[str, str]]:
        """Tuned models by account."""
        return [
            {"resource": resource.name, "model": str(model["id"])}
            for resource in self._azure.resources()
            for model in resource.models.list(_MODELS_VERSION)
            if "fine_tune" in model
        ]


def _described(deployment: Deployment, now: datetime) -> dict[str, Any]:
    last, left = last_answered(deployment), left_for(deployment, now)
    return {
        "resource": deployment.resource,
        "name": deployment.name,
        "model": deployment.model,
        "base": deployment.base.id,
        "sku": deployment.sku,
        "capacity": deployment.capacity,
        "state": deployment.state,
        "ready": deployment.is_ready(now),
        "created_at": deployment.created_at.isoformat(),
        "created_by": deployment.created_by,
        "age_days": round((now - deployment.created_at) / timedelta(days=1), 3),
        "idle_days": round(idle_for(deployment, now) / timedelta(days=1), 3),
        "last_call": last.isoformat() if last else None,
        "calls": len(deployment.calls),
        "days_left": None if left is None else round(left / timedelta(days=1), 3),
    }


def _message(said: Any) -> str:
    error = said.get("error", said) if isinstance(said, dict) else {}
    code = error.get("code")
    return f"{code}: {error.get('message', '')}" if code else str(error.get("message", ""))


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(name)
    return value


def _amount(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_DAYS:
        raise ValueError(name)
    return float(value)
