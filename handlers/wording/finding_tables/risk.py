"""Hints of secrets, personal data and topics that often fail the safety check."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words

SECRETS: Mapping[str, str] = {
    "aws": "an access key of AWS",
    "aws_secret": "a secret key of AWS",
    "google": "an API key of Google",
    "google_client": "a client secret of Google",
    "azure_account": "an account key of Azure",
    "azure_signature": "a shared access signature of Azure",
    "azure": "a key of Azure",
    "entra": "a client secret of Microsoft Entra",
    "databricks": "a token of Databricks",
    "digitalocean": "a token of DigitalOcean",
    "github": "a token of GitHub",
    "gitlab": "a token of GitLab",
    "slack": "a token of Slack",
    "slack_webhook": "a webhook of Slack",
    "anthropic": "an API key of Anthropic",
    "openai": "an API key of OpenAI",
    "hugging_face": "a token of Hugging Face",
    "npm": "a token of npm",
    "pypi": "a token of PyPI",
    "stripe": "a live key of Stripe",
    "sendgrid": "an API key of SendGrid",
    "twilio": "an auth token",
    "telegram": "a bot token of Telegram",
    "shopify": "a token of Shopify",
    "mailchimp": "an API key of Mailchimp",
    "docker": "a token of Docker",
    "atlassian": "a token of Atlassian",
    "grafana": "a token of Grafana",
    "vault": "a token of Vault",
    "groq": "an API key of Groq",
    "replicate": "a token of Replicate",
    "jwt": "a signed token (JWT)",
    "service": "an API key",
    "pem": "a private key",
    "age": "a private key of age",
    "url": "a password in an address",
    "connection_string": "a password in a connection string",
}
IDS: Mapping[str, str] = {
    "us_ssn": "a US social security number",
    "br_cpf": "a Brazilian CPF",
    "it_fiscal": "an Italian codice fiscale",
    "fr_nir": "a French social security number",
    "se_personnummer": "a Swedish personal number",
    "fi_hetu": "a Finnish personal identity code",
    "cn_resident": "a Chinese resident number",
    "kr_rrn": "a Korean resident number",
    "in_aadhaar": "an Indian Aadhaar number",
    "gb_nino": "a UK National Insurance number",
    "es_dni": "a Spanish DNI",
    "es_nie": "a Spanish NIE",
    "de_idnr": "a German tax number",
    "pl_pesel": "a Polish PESEL",
    "nl_bsn": "a Dutch citizen service number",
    "jp_my_number": "a Japanese My Number",
}


def _named(words: Mapping[str, str], params: Params) -> Mapping[str, str]:
    kind = str(params.get("kind", ""))
    return {"thing": words.get(kind, f"a secret or number ({kind})")}


def _secret(params: Params) -> Mapping[str, str]:
    return _named(SECRETS, params)


def _id(params: Params) -> Mapping[str, str]:
    return _named(IDS, params)


_REVOKE = "take it out, and revoke it if it was ever real"
_REPLACE = "replace it with an invented one"
_REVIEW = "look whether the model should learn it"
_PLACE = "{subject} has what looks like {thing} (character {at})"

WORDS: Mapping[str, Words] = {
    "secret_cloud_key": Words(
        "{subject} has what looks like {thing}: `{head}…`, {length} characters",
        _REVOKE,
        "a text",
        many="have what looks like a key of a cloud",
        derive=_secret,
    ),
    "secret_token": Words(
        "{subject} has what looks like {thing}: `{head}…`, {length} characters",
        _REVOKE,
        "a text",
        many="have what looks like an API key or token",
        derive=_secret,
    ),
    "secret_private_key": Words(
        "{subject} has {thing}", _REVOKE, "a text", many="have a private key", derive=_secret
    ),
    "secret_password": Words(
        "{subject} has {thing}", _REVOKE, "a text", many="have a password in an address", derive=_secret
    ),
    "personal_mail": Words(
        "{subject} has a mail address (character {at})", _REPLACE, "a text", many="have a mail address"
    ),
    "personal_phone": Words(
        "{subject} has a phone number (character {at})", _REPLACE, "a text", many="have a phone number"
    ),
    "personal_card": Words(
        "{subject} has what looks like a card number (character {at})",
        _REPLACE,
        "a text",
        many="have what looks like a card number",
    ),
    "personal_iban": Words(
        "{subject} has an account number, IBAN (character {at})",
        _REPLACE,
        "a text",
        many="have an account number (IBAN)",
    ),
    "personal_id": Words(
        _PLACE, _REPLACE, "a text", many="have what looks like a number of a person", derive=_id
    ),
    "topic_violence": Words(
        "{subject} speaks of violence (character {at})", _REVIEW, "a text", many="have words about violence"
    ),
    "topic_self_harm": Words(
        "{subject} speaks of self-harm (character {at})", _REVIEW, "a text", many="have words about self-harm"
    ),
    "topic_sexual": Words(
        "{subject} speaks of sex (character {at})", _REVIEW, "a text", many="have words about sex"
    ),
    "topic_hate": Words(
        "{subject} speaks of a group with hate (character {at})", _REVIEW, "a text", many="have words of hate"
    ),
}
