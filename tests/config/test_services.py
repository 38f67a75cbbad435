"""Connections to each kind of service: how one signs in there, what it needs, and how mistakes are told."""

from dataclasses import dataclass

import pytest

from bot.commands.config_text import trouble
from providers.registry import kinds, service
from tests.config.sample import SECRETS, Loader, problems

SLACK = '[slack]\nhome_team = "T0HOME"\nchannel = "C0FINETUNE"\n'
ENV = {name: value for name, value in SECRETS.items() if "SLACK" in name}
WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/llama"
ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/res"
LAKE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/lake"


@dataclass(frozen=True)
class Sound:
    """A connection that is right, to be spoilt."""

    keys: str
    options: str = ""

    def text(self, *, without: str = "", more: str = "", options: str | None = None) -> str:
        lines = [
            line for line in self.keys.splitlines() if not without or not line.startswith(f"{without} =")
        ]
        table = self.options if options is None else options
        kept = [line for line in table.splitlines() if not without or not line.startswith(f"{without} =")]
        end = "\n".join(["[connections.options]", *kept]) if kept else ""
        return "\n".join([SLACK, "[[connections]]", 'name = "here"', *lines, more, end, ""])


AZURE = Sound('endpoint = "https://res.openai.azure.com"\nkey = "k"')
STUDIO = Sound(
    f'provider = "azure_ai_studio"\nendpoint = "https://management.azure.com"\nresource_id = "{WORKSPACE}"'
)
LAKEHOUSE = Sound(
    'provider = "databricks"\nendpoint = "https://adb-1.2.azuredatabricks.net"\nkey = "dapi-x"',
    'volume = "/Volumes/main/tuning/data"\nregister_to = "main.tuning"',
)


def told(given: Loader, text: str, **env: str) -> list[tuple[str, str]]:
    """Every mistake: its place without the file, and the whole sentence with its remedy."""
    found = [trouble(one) for one in problems(given, text, {**ENV, **env})]
    return [(one.where.rpartition(": ")[2], f"{one.what} {one.remedy}") for one in found]


@pytest.mark.parametrize(("sound", "way"), [(AZURE, "key"), (STUDIO, "entra"), (LAKEHOUSE, "key")])
def test_without_auth_one_signs_in_as_is_usual_at_the_service(given: Loader, sound: Sound, way: str) -> None:
    assert given(sound.text(), ENV).connection("here").auth == way


@pytest.mark.parametrize(
    ("sound", "versions"),
    [
        (AZURE, {"*": "v1", "files": "preview", "jobs": "2025-04-01-preview", "deployments": "2025-12-01"}),
        (STUDIO, {"*": "2025-01-01-preview", "models": "2025-12-01", "vault": "7.4"}),
    ],
)
def test_versions_as_the_services_write_them(given: Loader, sound: Sound, versions: dict[str, str]) -> None:
    table = ", ".join(f'"{group}" = "{version}"' for group, version in versions.items())
    text = sound.text(more=f"api_versions = {{ {table} }}")
    assert given(text, ENV).connection("here").api_versions == versions


@pytest.mark.parametrize(("sound", "way"), [(AZURE, "oauth"), (STUDIO, "key"), (STUDIO, "oauth")])
def test_a_way_to_sign_in_that_the_service_does_not_have(given: Loader, sound: Sound, way: str) -> None:
    text = sound.text(more=f'auth = "{way}"')
    known = service("azure_openai" if sound is AZURE else "azure_ai_studio")
    ((where, words),) = told(given, text)
    assert where == "connections.here.auth"
    assert words == f"is no way to sign in at {known.label}. It must be {', '.join(map(repr, known.auths))}."


def test_oauth_takes_a_service_principal_and_its_secret(given: Loader) -> None:
    text = LAKEHOUSE.text(without="key", more='auth = "oauth"')
    found = dict(told(given, text))
    assert set(found) == {"connections.here.client_id", "connections.here.client_secret"}
    assert "variable TUNESMITH_CONNECTION_HERE_CLIENT_SECRET" in found["connections.here.client_secret"]
    assert "variable" not in found["connections.here.client_id"]
    env = {**ENV, "TUNESMITH_CONNECTION_HERE_CLIENT_SECRET": "s"}
    whole = text.replace('auth = "oauth"', 'auth = "oauth"\nclient_id = "c"')
    assert given(whole, env).connection("here").client_id == "c"


@pytest.mark.parametrize(
    ("sound", "others"), [(AZURE, "auth can be 'entra'."), (LAKEHOUSE, "auth can be 'oauth', 'entra'.")]
)
def test_a_missing_key_is_told_with_the_other_ways_that_there_are(
    given: Loader, sound: Sound, others: str
) -> None:
    ((where, words),) = told(given, sound.text(without="key"))
    assert where == "connections.here.key"
    assert "variable TUNESMITH_CONNECTION_HERE_KEY" in words
    assert words.endswith(others)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (STUDIO.text(without="resource_id"), "resource_id", "is missing, and Azure AI Studio needs it."),
        (
            STUDIO.text(without="resource_id", more=f'resource_id = "{ACCOUNT}"'),
            "resource_id",
            "MachineLearningServices/workspaces/NAME",
        ),
        (AZURE.text(more=f'resource_id = "{WORKSPACE}"'), "resource_id", "CognitiveServices/accounts/NAME"),
        (LAKEHOUSE.text(more='resource_id = "lake"'), "resource_id", "Microsoft.Databricks/workspaces/NAME"),
        (
            LAKEHOUSE.text(without="endpoint", more='endpoint = "https://adb-1.net/sql"'),
            "endpoint",
            "host alone",
        ),
        (
            AZURE.text(more='api_versions = { deployments = "v1" }'),
            "api_versions",
            "v1 and preview are surfaces",
        ),
        (
            AZURE.text(more='api_versions = { "*" = "v2" }'),
            'api_versions."*"',
            "A version is a date such as 2024-10-21, a date with -preview, v1 or preview.",
        ),
        (AZURE.text(more='api_versions = { jobs = "2024-13-01" }'), "api_versions.jobs", "a date such as"),
        (STUDIO.text(more='api_versions = { jobs = "v1" }'), "api_versions.jobs", "or a date with -preview;"),
        (STUDIO.text(more='api_versions = { jobs = "7.4" }'), "api_versions", "that of vault is a number"),
        (STUDIO.text(more='api_versions = { vault = "2024-10-01" }'), "api_versions", "a number such as 7.4"),
        (
            LAKEHOUSE.text(without="volume"),
            "options.volume",
            "is missing, and Databricks needs it. It is /Volumes/",
        ),
        (
            LAKEHOUSE.text(options='volume = "/data"\nregister_to = "a.b"'),
            "options.volume",
            "is not in the form that Databricks needs.",
        ),
        (
            LAKEHOUSE.text(options='volume = "/Volumes/a/b/c"\nregister_to = "a"'),
            "options.register_to",
            "catalog.schema",
        ),
        (
            STUDIO.text(options='storage_endpoint = "https://x.blob.core.windows.net"'),
            "options.storage_endpoint",
            "{account}",
        ),
        (STUDIO.text(options="allow_marketplace = 7"), "options.allow_marketplace", "true or false"),
        (
            STUDIO.text(options='client_secret = "dapi-secret"'),
            "options.client_secret",
            "secrets go into variables that begin with TUNESMITH_CONNECTION_HERE_",
        ),
        (
            AZURE.text(options='access_token = "dapi-secret"'),
            "options.access_token",
            "secrets go into variables that begin with TUNESMITH_CONNECTION_HERE_",
        ),
        (
            AZURE.text(options='volume = "x"'),
            "options.volume",
            "Azure OpenAI has no such option. It has none: remove it.",
        ),
    ],
)
def test_what_a_service_needs_is_told_by_its_name_and_form(
    given: Loader, text: str, where: str, words: str
) -> None:
    ((place, sentence),) = told(given, text)
    assert place == f"connections.here.{where}"
    assert words in sentence


def test_a_misspelt_option_comes_with_the_nearest_and_is_told_once(given: Loader) -> None:
    text = LAKEHOUSE.text(options='volumes = "/Volumes/a/b/c"\nregister_to = "a.b"')
    ((where, words),) = told(given, text)
    assert where == "connections.here.options.volumes"
    assert "Databricks has no such option. Did you mean volume? Its options: experiment_folder, " in words


@pytest.mark.parametrize("sound", [STUDIO, LAKEHOUSE])
def test_an_endpoint_that_is_no_address_is_told_once(given: Loader, sound: Sound) -> None:
    ((where, _),) = told(given, sound.text(without="endpoint", more='endpoint = "res.example"'))
    assert where == "connections.here.endpoint"


def test_no_value_is_repeated_that_could_be_a_key(given: Loader) -> None:
    """People paste a token where an id belongs."""
    text = LAKEHOUSE.text(
        options='volume = "dapi-secret"\nregister_to = "dapi-secret"\nwarehouse_id = "dapi secret"'
    )
    found = told(given, text)
    assert len(found) == 3
    assert "secret" not in str(found)


@pytest.mark.parametrize("kind", kinds())
def test_no_connection_needs_more_than_what_is_told(given: Loader, kind: str) -> None:
    """What the service would refuse when it is opened has been refused before, with words."""
    text = f'{SLACK}[[connections]]\nname = "here"\nprovider = "{kind}"\nendpoint = "https://a.example"\n'
    places = {where for where, _ in told(given, text)}
    wrong = service(kind).wrong({"endpoint": "https://a.example", "name": "here"})
    named = {name for name in wrong if name != "auth"}
    assert {place.rpartition(".")[2] for place in places} - {"key"} == named
