"""Credentials, error bodies, GraphQL's strictness, and the switches."""

import base64
import contextlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.databricks import UnknownSwitchError
from sandbox.databricks.graphql import GraphError, parse
from sandbox.databricks.identity import MANAGEMENT_HEADER, RESOURCE_HEADER
from sandbox.databricks.options import CLIENT_ID, CLIENT_SECRET, USER
from tests.sandbox.databricks.stand import CREATE, EVENTS, GRAPHQL, LIST, MODELS, STOP, Stand

ME = "/api/2.0/preview/scim/v2/Me"
BASIC = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def oauth(stand: Stand, **changed: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "scope": "all-apis", **changed}
    return await stand.http.post("/oidc/v1/token", data=form, headers={"Authorization": f"Basic {BASIC}"})


async def test_the_token_tells_who_calls(stand: Stand) -> None:
    assert (await stand.get(ME))["userName"] == USER
    token = (await oauth(stand)).json()["access_token"]
    assert (await stand.http.get(ME, headers=bearer(token))).json()["userName"] == CLIENT_ID


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "UNAUTHENTICATED"),
        (bearer("dapiwrong"), 403, "PERMISSION_DENIED"),
        (bearer("whatever"), 401, "UNAUTHENTICATED"),
        ({"Authorization": f"Basic {BASIC}"}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_others_stay_out(stand: Stand, headers: dict[str, str], status: int, code: str) -> None:
    answer = await stand.http.get(ME, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    (detail,) = answer.json()["details"]
    assert detail["request_id"] == answer.headers["x-request-id"]


async def test_an_oauth_token_expires(stand: Stand) -> None:
    token = (await oauth(stand)).json()["access_token"]
    stand.clock.forward(3601)
    assert (await stand.http.get(ME, headers=bearer(token))).status_code == 401


async def test_oauth_asks_for_the_right_form_and_secret(stand: Stand) -> None:
    assert (await oauth(stand, scope="offline_access")).json()["error"] == "invalid_scope"
    assert (await oauth(stand, grant_type="password")).json()["error"] == "unsupported_grant_type"
    refused = await stand.http.post("/oidc/v1/token", data={}, headers={"Authorization": "Basic eDp5"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    found = (await stand.http.get("/oidc/.well-known/oauth-authorization-server")).json()
    assert found["token_endpoint"] == f"{stand.origin}/oidc/v1/token"


async def test_entra_tokens_need_their_audiences(stand: Stand) -> None:
    held = {
        ("good", stand.service.identity.DATABRICKS): "app-1",
        ("managing", stand.service.identity.MANAGEMENT): "app-1",
    }
    stand.service.identity.entra = lambda token, audience: held.get((token, audience))
    assert (await stand.http.get(ME, headers=bearer("good"))).json()["userName"] == "app-1"
    assert (await stand.http.get(ME, headers=bearer("managing"))).status_code == 401
    resource = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Databricks/workspaces/w"
    two = {**bearer("good"), RESOURCE_HEADER: resource}
    assert (await stand.http.get(ME, headers=two)).status_code == 403
    assert (await stand.http.get(ME, headers={**two, MANAGEMENT_HEADER: "managing"})).status_code == 200
    assert (await stand.http.get(ME, headers={**two, RESOURCE_HEADER: "w"})).status_code == 400


async def test_unknown_paths_and_verbs_are_404(stand: Stand) -> None:
    for method, path in (("GET", "/api/2.0/nothing"), ("DELETE", ME), ("GET", "/serving-endpoints/x/y/z")):
        answer = await stand.http.request(method, path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize(
    ("switch", "status", "code"),
    [("removed_404", 404, "ENDPOINT_NOT_FOUND"), ("removed_403", 403, "FEATURE_DISABLED")],
)
async def test_fine_tuning_can_be_gone(stand: Stand, switch: str, status: int, code: str) -> None:
    stand.service.configure({"training": switch})
    answer = await stand.http.post(GRAPHQL, json={"query": MODELS, "variables": {}})
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert (await stand.http.get(ME)).status_code == 200


async def test_requests_can_be_throttled_and_sent_to_a_login_page(stand: Stand) -> None:
    stand.service.configure({"throttle_next": 1, "retry_after": "7"})
    throttled = await stand.http.get(ME)
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert throttled.json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert (await stand.http.get(ME)).status_code == 200
    stand.service.configure({"login_page": True})
    assert (await stand.http.get(ME)).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("query", "variables", "word"),
    [
        ("", {}, "Syntax Error"),
        ("query X { nothing { a } }", {}, "nothing"),
        ("mutation X { getFinetuneConstants { models { name } } }", {}, "Mutation"),
        (MODELS.replace("displayName", "price"), {}, "price"),
        (MODELS.replace("{ name displayName maxContextLength }", ""), {}, "selection"),
        (MODELS, {"extra": 1}, "extra"),
        (EVENTS, {}, "was not provided"),
        (EVENTS, {"getFinetuneEventsData": {"names": []}}, "names"),
        (EVENTS.replace("GetFinetuneEventsInput!", "String!"), {"getFinetuneEventsData": {}}, "position"),
        (LIST, {"getFinetunesPaginatedData": {"limit": 101}}, "limit"),
        (LIST, {"getFinetunesPaginatedData": {"cursor": "x"}}, "cursor"),
        (LIST, {"getFinetunesPaginatedData": {"filters": {"createdAt": {"gte": "yesterday"}}}}, "yesterday"),
        (STOP, {"getFinetunesData": {}}, "filter"),
        (CREATE, {"createFinetuneData": {}}, "FinetuneConfig"),
    ],
)
async def test_graphql_takes_only_what_its_schema_has(
    stand: Stand, query: str, variables: dict[str, Any], word: str
) -> None:
    code, message = await stand.refused(query, **variables)
    assert code == 400
    assert word in message


@given(st.text(alphabet='query{}()$:!abc \n"', max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(GraphError):
        found = parse(text)
        assert found.kind in {"query", "mutation"}
        assert found.selection


async def test_answers_hold_just_the_selected_fields(stand: Stand) -> None:
    short = MODELS.replace("name displayName", "name")
    models = (await stand.graph(short))["data"]["getFinetuneConstants"]["models"]
    assert set(models[0]) == {"name", "maxContextLength"}


@pytest.mark.parametrize(
    "changes",
    [
        {"nothing": 1},
        {"speed": 0},
        {"speed": "fast"},
        {"hold_pending": 1},
        {"training": "gone"},
        {"missing_grants": "USE_CATALOG main"},
        {"fail_next": []},
        {"fail_deployment": ""},
    ],
)
async def test_wrong_switches_change_nothing(stand: Stand, changes: dict[str, Any]) -> None:
    before = stand.service.state()["switches"]
    with pytest.raises(UnknownSwitchError):
        stand.service.configure({"login_page": True, **changes})
    assert stand.service.state()["switches"] == before
