"""Things that the risk rules find, made up at run time: no line of the source looks like a secret."""

import random
import string
from typing import NamedTuple

_DICE = random.Random(20)  # noqa: S311 - samples, no secrets
_HEX = "0123456789abcdef"
_WORD = string.ascii_letters + string.digits


def letters(count: int, alphabet: str = _WORD) -> str:
    return "".join(_DICE.choice(alphabet) for _ in range(count))


class Sample(NamedTuple):
    """A text with one thing in it, and what it shall be called."""

    rule: str
    kind: str
    text: str


def _secret(rule: str, kind: str, *texts: str) -> list[Sample]:
    return [Sample(rule, kind, text) for text in texts]


_CLOUD = [
    *_secret("secret_cloud_key", "aws", "AKIA" + letters(16, "ABCDEFGHIJKLMNOP234567")),
    *_secret("secret_cloud_key", "aws_secret", f'"SecretAccessKey": "{letters(38)}/{letters(1)}"'),
    *_secret("secret_cloud_key", "google", "AIza" + letters(35)),
    *_secret("secret_cloud_key", "google_client", "GOCSPX-" + letters(28)),
    *_secret("secret_cloud_key", "azure_account", f"AccountName=a;AccountKey={letters(50)}/+{letters(34)}=="),
    *_secret(
        "secret_cloud_key",
        "azure_signature",
        f"https://a.blob.core.windows.net/c?sv=1&sig={letters(40)}%2F%3D",
    ),
    *_secret("secret_cloud_key", "azure", f"{letters(52)}JQQJ99{letters(26)}"),
    *_secret("secret_cloud_key", "entra", f"{letters(3)}8Q~{letters(34)}"),
    *_secret("secret_cloud_key", "databricks", f"dapi{letters(32, _HEX)}", f"dapi{letters(32, _HEX)}-2"),
    *_secret("secret_cloud_key", "digitalocean", f"dop_v1_{letters(64, _HEX)}"),
]
_TOKENS = [
    *_secret(
        "secret_token", "github", f"ghp_{letters(36)}", f"gho_{letters(36)}", f"github_pat_{letters(82)}"
    ),
    *_secret("secret_token", "gitlab", f"glpat-{letters(20)}"),
    *_secret(
        "secret_token", "slack", f"xoxb-{letters(12)}-{letters(24)}", f"xapp-1-{letters(11)}-{letters(60)}"
    ),
    *_secret(
        "secret_token",
        "slack_webhook",
        f"https://hooks.slack.com/services/T{letters(8, 'ABC123')}/B{letters(8, 'DEF456')}/{letters(24)}",
    ),
    *_secret("secret_token", "anthropic", f"sk-ant-api03-{letters(93)}AA"),
    *_secret("secret_token", "openai", f"sk-{letters(48)}", f"sk-proj-{letters(70)}_{letters(40)}"),
    *_secret("secret_token", "hugging_face", f"hf_{letters(34, string.ascii_letters)}"),
    *_secret("secret_token", "npm", f"npm_{letters(36)}"),
    *_secret("secret_token", "pypi", f"pypi-AgEIcHlwaS5vcmc{letters(100)}"),
    *_secret("secret_token", "stripe", f"sk_live_{letters(24)}", f"whsec_{letters(32)}"),
    *_secret("secret_token", "sendgrid", f"SG.{letters(22)}.{letters(43)}"),
    *_secret("secret_token", "twilio", f"TWILIO_AUTH_TOKEN={letters(32, _HEX)}"),
    *_secret("secret_token", "telegram", f"{letters(10, '13579')}:AA{letters(33)}"),
    *_secret("secret_token", "shopify", f"shpat_{letters(32, _HEX)}"),
    *_secret("secret_token", "mailchimp", f"{letters(32, _HEX)}-us14"),
    *_secret("secret_token", "docker", f"dckr_pat_{letters(27)}"),
    *_secret("secret_token", "atlassian", f"ATATT3{letters(180)}"),
    *_secret("secret_token", "grafana", f"glsa_{letters(32)}_{letters(8, _HEX)}"),
    *_secret("secret_token", "vault", f"hvs.{letters(90)}"),
    *_secret("secret_token", "groq", f"gsk_{letters(52)}"),
    *_secret("secret_token", "replicate", f"r8_{letters(37)}"),
    *_secret("secret_token", "jwt", f"eyJ{letters(30)}.eyJ{letters(80)}.{letters(43)}"),
    *_secret(
        "secret_token",
        "service",
        f"api-key: {letters(32, _HEX)}",
        f'{{"Ocp-Apim-Subscription-Key": "{letters(32, _HEX)}"}}',
        f"AZURE_OPENAI_API_KEY='{letters(84)}'",
    ),
]
_KEYS = [
    *_secret(
        "secret_private_key",
        "pem",
        f"-----BEGIN RSA PRIVATE KEY-----\n{letters(64)}\n",
        f"-----BEGIN PRIVATE KEY-----\\n{letters(64)}\\n",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\r\n{letters(70)}",
    ),
    *_secret("secret_private_key", "age", f"AGE-SECRET-KEY-1{letters(58, string.ascii_uppercase)}"),
    *_secret(
        "secret_password",
        "url",
        "postgres://shop:n0tSo:Secret@db.shop.de:5432/orders",
        "redis://:tr1cky_one@10.2.3.4",
    ),
    *_secret(
        "secret_password",
        "connection_string",
        "Server=db7;User ID=sa;Password=Tr0ub4dor;",
        "Data Source=x; pwd=Tr0ub4dor!",
    ),
]
SECRETS: list[Sample] = [*_CLOUD, *_TOKENS, *_KEYS]

PERSONS: list[Sample] = [
    *(
        Sample("personal_mail", "", text)
        for text in (
            "ada.lovelace@gmail.com",
            "Mail: b_12+x@uni-koeln.de.",
            "<kenji@sub.ntt.co.jp>",
            "x:maria@correo.mx,",
        )
    ),
    *(
        Sample("personal_phone", "", text)
        for text in (
            "+49 30 90182047",
            "+49 (0)171 4839257",
            "+14158673091",
            "+1 415-867-3091",
            "+44 20 7183 8750",
            "+33 1 42 68 53 17",
            "+81-3-5253-4111",
            "+91 98765 41230",
            "(415) 867-3091",
        )
    ),
    *(
        Sample("personal_card", "", text)
        for text in (
            "4539 1488 0343 6467",
            "5425-2334-3010-9911",
            "3759 876543 21004",
            "my card is 4539148803436467",
            "Kartennummer: 5425233430109911",
            "カード番号: 4539148803436467",
        )
    ),
    *(
        Sample("personal_iban", "", text)
        for text in (
            "DE44 5001 0517 5407 3249 31",
            "DE44500105175407324931",
            "FR76 3000 4000 0312 3456 7890 143 BNP",
        )
    ),
    Sample("personal_id", "us_ssn", "536-90-4399"),
    Sample("personal_id", "br_cpf", "390.533.447-05"),
    Sample("personal_id", "it_fiscal", "RCCMNL83S18D969H"),
    Sample("personal_id", "fr_nir", "295109912611193"),
    Sample("personal_id", "fr_nir", "Sécurité sociale 2 95 10 99 126 111 93"),
    Sample("personal_id", "se_personnummer", "880320-0016"),
    Sample("personal_id", "fi_hetu", "131052-308T"),
    Sample("personal_id", "cn_resident", "360426199101010071"),
    Sample("personal_id", "kr_rrn", "971013-1019901"),
    Sample("personal_id", "in_aadhaar", "2341 2341 2346"),
    Sample("personal_id", "gb_nino", "NINO PW 12 87 65 C"),
    Sample("personal_id", "gb_nino", "National Insurance no. PW128765C"),
    Sample("personal_id", "es_dni", "DNI: 54362315K"),
    Sample("personal_id", "es_nie", "NIE X-2482300-W"),
    Sample("personal_id", "de_idnr", "Meine Steuer-ID ist 36 574 261 809"),
    Sample("personal_id", "pl_pesel", "PESEL 44051401359"),
    Sample("personal_id", "nl_bsn", "BSN: 111222333"),
    Sample("personal_id", "jp_my_number", "マイナンバー: 1234 5678 9018"),
]
