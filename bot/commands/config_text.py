"""Words for every problem of a configuration: what is wrong and what to do."""

from collections.abc import Mapping
from typing import Final

from bot.commands.base import Trouble
from bot.config.problems import Problem

_KINDS: Final = {
    "text": "text in quotation marks",
    "whole_number": "a whole number",
    "number": "a number",
    "true_false": "true or false",
    "list": 'a list ["...", "..."]; of tables there are many under [[connections]], [[prices]], [[hosting]] and so on',
    "table": "a table",
    "date": "a date such as 2026-11-01",
    "time": "a time of day such as 09:00:00",
    "moment": "a date and time with its offset, such as 2026-12-20T18:00:00+01:00",
}
_BOUNDS: Final = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}
_FOUND: Final = {
    "xoxb-": "This is the bot token.",
    "xapp-": "This is an app-level token.",
    "xoxp-": "This is a user token.",
    "xoxe.": "This token expires: switch token rotation off in the app, or make a new app from the manifest.",
}

_JSON_VIEW: Final = (
    "Copy it whole from the resource's JSON view: /subscriptions/.../resourceGroups/.../providers/"
)
_FORMS: Final[Mapping[tuple[str, str], str]] = {
    ("azure_openai", "resource_id"): f"{_JSON_VIEW}Microsoft.CognitiveServices/accounts/NAME",
    ("azure_openai", "api_versions"): (
        "A version is a date such as 2024-10-21, a date with -preview, v1 or preview. Groups of Resource Manager take "
        "dates only; v1 and preview are surfaces of the data plane."
    ),
    ("azure_ai_studio", "api_versions"): (
        "A version is a date such as 2024-10-01, or a date with -preview; that of vault is a number such as 7.4."
    ),
    ("azure_ai_studio", "resource_id"): f"{_JSON_VIEW}Microsoft.MachineLearningServices/workspaces/NAME",
    ("azure_ai_studio", "endpoint"): "It is the address of Resource Manager: https://management.azure.com",
    (
        "azure_ai_studio",
        "storage_endpoint",
    ): "It holds {account}, as in https://{account}.blob.core.windows.net",
    ("azure_ai_studio", "key_vault"): "It is the vault's address: https://NAME.vault.azure.net",
    ("azure_ai_studio", "allow_marketplace"): "It is true or false.",
    ("azure_ai_studio", "data_assets"): "It is true or false.",
    ("azure_ai_studio", "model_versions"): 'It is a table: { "Phi-4-mini-instruct" = "1" }',
    ("databricks", "endpoint"): "It is the workspace's host alone: https://adb-....azuredatabricks.net",
    ("databricks", "resource_id"): f"{_JSON_VIEW}Microsoft.Databricks/workspaces/NAME",
    ("databricks", "volume"): "It is /Volumes/catalog/schema/volume, folders below it allowed.",
    ("databricks", "register_to"): "It is catalog.schema: models are registered there.",
    ("databricks", "experiment_folder"): "It is a folder of the workspace, such as /Users/bot@example.com.",
}
"""What a setting of a service looks like, for whom it is missing or wrong."""
_OTHER_FORM: Final = "docs/setup.md shows the settings of each service."

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # files and variables
    "no_file": (
        "there is no such file.",
        (
            "Copy tunesmith.example.toml to tunesmith.toml and fill it in, or name another file with --config or "
            "TUNESMITH_CONFIG."
        ),
    ),
    "unreadable": ("cannot be read{file}: {reason}.", "Correct the name, or the rights of the file."),
    "not_utf8": ("is not UTF-8 text.", "Save it as UTF-8."),
    "bad_toml": ("is not valid TOML: {detail}.", "Correct that place; texts stand in quotation marks."),
    "set_twice": ("is set, and {other} too.", "Set only one of the two."),
    "empty_file": (
        "names a file with nothing in it: {file}.",
        "Put the secret into it, or unset the variable.",
    ),
    "unknown_variable": (
        "no setting has this name.{nearest}",
        "Correct or unset it; docs/setup.md lists the variables.",
    ),
    "file_only": (
        "is not read: {table} comes from the file alone.",
        "Unset the variable, and set it there.",
    ),
    "unknown_key": ("this key is not known.{nearest}", "{known}"),
    # shapes
    "missing": ("is missing.", "Set it{variable}; docs/setup.md says where its value comes from."),
    "wrong_type": ("has the wrong type.", "It must be {expected}."),
    "not_one_of": ("has a value that is not known.", "It must be {expected}."),
    "option_missing": ("is missing, and {service} needs it.", "{form}"),
    "bad_option": ("is not in the form that {service} needs.", "{form}"),
    "unknown_option": ("{service} has no such option.{nearest}", "{known}"),
    "secret_option": (
        "is no option: options hold no secrets.",
        "Take it out of the file; secrets go into variables that begin with {begin} (…KEY, …CLIENT_SECRET).",
    ),
    "needed_by_service": ("is missing, and {service} needs it.", "{form}"),
    "bad_for_service": ("is not in the form that {service} needs.", "{form}"),
    "auth_not_offered": ("is no way to sign in at {service}.", "It must be {expected}."),
    "out_of_range": ("is out of range.", "It must be {bound} {limit}."),
    "empty": ("is empty.", "Give it a value, or leave the key out."),
    # Slack
    "wrong_token": (
        "is not a token that begins with {expected}. {found}",
        (
            "Bot tokens (xoxb-) are under OAuth & Permissions of the Slack app, app-level tokens (xapp-) under Basic "
            "Information."
        ),
    ),
    "bad_secret": (
        "is empty, or has spaces, line breaks or other unusual characters in it.",
        "Copy it again, without anything around it.",
    ),
    "needed_for_socket": (
        "is missing, and Socket Mode needs it.",
        (
            "Make an app-level token with the scope connections:write under Basic Information and set {variable}; or "
            'set mode = "http".'
        ),
    ),
    "needed_for_http": (
        'is missing, and mode = "http" needs it to know Slack from others.',
        "Copy it from Basic Information > App Credentials and set {variable}.",
    ),
    "bad_team": (
        "“{value}” is not the id of a workspace.",
        "It begins with T (an organisation's with E) and stands in the address of Slack in the browser: /client/T...",
    ),
    "bad_channel": (
        "“{value}” is not the id of a channel.",
        "Not the name: open the channel's details in Slack; the id (C...) stands at the end.",
    ),
    "bad_user": (
        "“{value}” is not the id of a person.",
        "Open the person's profile in Slack, then ⋮ > Copy member ID (U... or W...).",
    ),
    "bad_group": (
        "“{value}” is not the id of a user group.",
        "Open the group in Slack (More > People > User groups), then ⋮ > Copy group ID (S...).",
    ),
    "same_channel": (
        "is the same as slack.channel.",
        "Requests for approval need a channel of their own, or leave the key out.",
    ),
    "bad_command": (
        "“{value}” is not the name of a slash command.",
        "A slash and up to 31 small letters, digits, - or _, such as /finetune.",
    ),
    "bad_app_name": ("“{value}” cannot be an app's name.", "1 to 35 characters, without spaces around it."),
    # addresses
    "bad_address": ("is not an address.", "Give it as https://host, without ? and #."),
    "address_with_more": (
        "{value} is an address, and has more behind it: a ? or # with what follows.",
        "Give {expected}; the rest was cut, and is not repeated here.",
    ),
    "address_with_password": (
        "has a name or a password in it.",
        "Leave them out; secrets have keys of their own.",
    ),
    "not_https": ("{value} is not encrypted.", "Use https://; http:// is only for this machine itself."),
    "endpoint_too_long": (
        "{value} is more than the resource's address.",
        "Give {expected}; the paths are known.",
    ),
    "bad_host": (
        "“{value}” is not a host.",
        "Give the bare name, such as files.slack.com, with :port if need be, or *.example.com for all below it.",
    ),
    "bad_proxy": (
        "is not the address of a proxy.",
        "Give it as http://host:port (or https://); SOCKS is not supported.",
    ),
    "no_such_file": ("{value} is not a file here.", "Correct the path, or mount the file."),
    # store and limits
    "network_file_system": (
        "{value} is on a network file system ({kind}), where SQLite loses data.",
        "Put the database on a local disk.",
    ),
    "postgresql_later": (
        "PostgreSQL is not supported yet; it comes with a later version.",
        "Leave url out and use path, on a local disk.",
    ),
    "bad_store_url": ("is not an address of a database that is known.", "Leave url out and use path."),
    "near_above_far": (
        "is {near}, more than poll_far_seconds ({far}).",
        "Near a change a job is asked for more often than far from one, not less.",
    ),
    # connections and prices
    "no_connection": (
        "there is none.",
        "Add a table [[connections]] with name and endpoint; tunesmith.example.toml shows one.",
    ),
    "bad_name": (
        "“{value}” cannot be a connection's name.",
        "Small letters, digits, - and _, 32 at most, beginning with a letter or digit.",
    ),
    "same_name": (
        "some have the same name, or names that differ in - and _ alone: {names}.",
        "Give each a name of its own; variables are found by it.",
    ),
    "needed_for_key": (
        'is missing, and auth = "key" needs it.',
        "Set it{variable}; or do without keys: auth can be {others}.",
    ),
    "needed_for_oauth": (
        'is missing, and auth = "oauth" needs it.',
        "Set it{variable}: client_id and client_secret are those of a service principal of the workspace.",
    ),
    "needed_for_client_secret": (
        'is missing, and credential = "client_secret" needs it.',
        "Set it{variable}, or choose a credential that needs no secret, such as managed_identity.",
    ),
    "unknown_connection": ("“{value}” is not a connection here.", "Known: {known}."),
    "bad_account": (
        "“{value}” is not the name of a storage account.",
        "Its name alone: 3 to 24 small letters and digits, as in https://NAME.blob.core.windows.net",
    ),
    "same_account": (
        "“{value}” is there already.",
        "Keep one table for each account; containers lists several.",
    ),
    "bad_currency": ("“{value}” is not a currency.", "Three capital letters, such as USD."),
    "bad_price": ("is not a price.", "A number that is zero or more."),
    "two_prices": (
        "stands beside per_hour, and only one of both can count.",
        "Keep per_hour for a price of the whole deployment, or per_unit_hour for one of its capacity.",
    ),
    "no_price": (
        "is missing.",
        "Set per_hour, or per_unit_hour (with unit_size) where the price goes with the capacity.",
    ),
    "unit_needs_sku": (
        "is missing, and per_unit_hour needs it.",
        "What a unit of capacity is depends on the SKU: name it, and add a table for each.",
    ),
    "size_without_unit": (
        "belongs to per_unit_hour, which is not set.",
        "Rename per_hour to per_unit_hour, or leave unit_size out.",
    ),
    "bad_resource_id": (
        "“{value}” is not the id of a resource of {service}.",
        "{form}",
    ),
    # approvals and the watch
    "fits_no_connection": (
        "“{value}” fits no connection, so it would never count.",
        "Known: {known}; * stands for any letters.",
    ),
    "more_than_named": (
        "asks for {count} approvers, but only {named} can approve.",
        "Name more people, or a user group, or lower the count.",
    ),
    "bad_time_zone": (
        "is not a time zone that is known.",
        "Give its name in the zone database, such as Europe/Stockholm or UTC.",
    ),
    "no_days": (
        "names no day.",
        (
            "Name at least one of mon, tue, wed, thu, fri, sat, sun; round the clock is all seven from 00:00:00 to "
            "23:59:59."
        ),
    ),
    "end_not_after_start": (
        "does not come after the start ({start} to {end}).",
        "Let it end later; what goes past midnight or comes again needs an entry of its own.",
    ),
    "listed_twice": ("has {values} more than once.", "Name each once: nothing is said twice."),
}


def trouble(problem: Problem) -> Trouble:
    """A problem in words."""
    what, remedy = TEXTS[problem.code]
    params = _worded(problem)
    return Trouble(problem.where, what.format_map(params).strip(), remedy.format_map(params).strip())


def _worded(problem: Problem) -> dict[str, str]:
    params = dict(problem.params)
    if problem.code == "wrong_type":
        params["expected"] = _KINDS[params["expected"]]
    if problem.code == "out_of_range":
        params["bound"] = _BOUNDS[params["bound"]]
    if problem.code == "wrong_token":
        params["found"] = _FOUND.get(params["found"], "")
    if "provider" in params:
        params["form"] = _FORMS.get((params["provider"], params["key"]), _OTHER_FORM)
    if problem.code in {"missing", "needed_for_key", "needed_for_client_secret", "needed_for_oauth"}:
        params["variable"] = f" (variable {params['variable']})" if params["variable"] else ""
    if problem.code == "unreadable":
        params["file"] = f" ({params['file']})" if params["file"] and params["file"] != problem.where else ""
    if problem.code in {"unknown_variable", "unknown_key", "unknown_option"}:
        params["nearest"] = f" Did you mean {params['nearest']}?" if params["nearest"] else ""
    if problem.code == "unknown_option":
        params["known"] = f"Its options: {params['known']}." if params["known"] else "It has none: remove it."
    if problem.code == "unknown_key":
        params["known"] = f"Known here: {params['known']}." if params["known"] else ""
    return params
