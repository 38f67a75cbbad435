"""The forms of secrets that are known by their looks, as their makers and the secret scanners describe them.

An expression must be in the common part of `re` and hyperscan (no look-around), all repetitions bounded: the same
words are searched for in decoded texts and, as `mark`, in raw lines. It stands between boundaries that
`bot.datasets.risk.secret_finder` adds.
"""

from typing import NamedTuple

CLOUD, TOKEN, PRIVATE, PASSWORD = "secret_cloud_key", "secret_token", "secret_private_key", "secret_password"

_AFTER_A_NAME = r"""["'\\]{0,4}[ \t]{0,2}[:=][ \t]{0,2}["'\\]{0,4}"""
_RAW_AFTER_A_NAME = r"""(?:["' :=\\\t]|\\t|u0027|u0022){1,24}"""


class Secret(NamedTuple):
    """One form.

    Attributes:
        kind: for words. `rule`: the id it is reported as.
        literals: one of them is in every text that holds such a secret (in lower case when `named`).
        expression: the whole secret; a group `(?P<secret>...)` when it is only part of the match.
        mark: an expression that matches every raw line with one; empty = `expression` serves.
        named: known by the name before it, in any case of letters.
    """

    kind: str
    rule: str
    literals: tuple[str, ...]
    expression: str
    mark: str = ""
    named: bool = False


def _named(kind: str, rule: str, names: tuple[str, ...], name: str, secret: str, start: str) -> Secret:
    return Secret(
        kind,
        rule,
        names,
        f"(?:{name}){_AFTER_A_NAME}(?P<secret>{secret})",
        f"(?:{name}){_RAW_AFTER_A_NAME}{start}",
        True,
    )


def _spelt(first: str, second: str) -> tuple[str, ...]:
    return tuple(f"{first}{between}{second}" for between in ("", "-", "_", " "))


_WORD = "[A-Za-z0-9]"
_URL = "[A-Za-z0-9_-]"

KINDS: tuple[Secret, ...] = (
    # Clouds
    Secret("aws", CLOUD, ("AKIA", "ASIA"), "(?:AKIA|ASIA)[A-Z2-7]{16}"),
    _named(
        "aws_secret",
        CLOUD,
        _spelt("access", "key"),
        "secret[-_ ]?access[-_ ]?key",
        "[A-Za-z0-9/+]{40}",
        r"[A-Za-z0-9/+\\]{16}",
    ),
    Secret("google", CLOUD, ("AIza",), f"AIza{_URL}{{35}}"),
    Secret("google_client", CLOUD, ("GOCSPX-",), f"GOCSPX-{_URL}{{28}}"),
    Secret(
        "azure_account",
        CLOUD,
        ("AccountKey=", "SharedAccessKey="),
        "(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{43,86}={1,2})",
        r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/\\]{24}",
    ),
    Secret(
        "azure_signature",
        CLOUD,
        ("sig=",),
        "sig=(?P<secret>[A-Za-z0-9%+/]{43,90})",
        r"sig=[A-Za-z0-9%+/\\]{24}",
    ),
    Secret("azure", CLOUD, ("JQQJ99",), f"{_WORD}{{52}}JQQJ99{_WORD}{{26}}", f"JQQJ99{_WORD}{{12}}"),
    Secret(
        "entra",
        CLOUD,
        ("Q~",),
        "[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
        "[0-9]Q~[A-Za-z0-9_~.-]{24}",
    ),
    Secret("databricks", CLOUD, ("dapi",), "dapi[0-9a-f]{32}(?:-[0-9])?", "dapi[0-9a-f]{32}"),
    Secret("digitalocean", CLOUD, ("_v1_",), "do[opr]_v1_[0-9a-f]{64}", "_v1_[0-9a-f]{16}"),
    # Services
    Secret("github", TOKEN, ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), f"gh[pousr]_{_WORD}{{36}}"),
    Secret("github", TOKEN, ("github_pat_",), "github_pat_[A-Za-z0-9_]{82}", "github_pat_[A-Za-z0-9_]{12}"),
    Secret("gitlab", TOKEN, ("glpat-",), f"glpat-{_URL}{{20,64}}", f"glpat-{_URL}{{12}}"),
    Secret("slack", TOKEN, ("xox",), "xox[abeprs]-[A-Za-z0-9.-]{20,200}", "xox[abeprs]-[A-Za-z0-9.-]{12}"),
    Secret("slack", TOKEN, ("xapp-",), "xapp-[0-9]-[A-Za-z0-9-]{20,200}", "xapp-[0-9]-[A-Za-z0-9-]{12}"),
    Secret(
        "slack_webhook",
        TOKEN,
        ("hooks.slack.com/",),
        "hooks\\.slack\\.com/(?:services|workflows)/(?P<secret>[A-Z0-9]{8,14}/[A-Z0-9]{8,14}/[A-Za-z0-9]{20,32})",
        r"hooks\.slack\.com\\?/",
    ),
    Secret(
        "anthropic", TOKEN, ("sk-ant-",), f"sk-ant-[a-z0-9]{{3,8}}-{_URL}{{60,120}}", "sk-ant-[a-z0-9]{3}"
    ),
    Secret(
        "openai",
        TOKEN,
        ("sk-",),
        f"sk-(?:proj|svcacct|admin)-{_URL}{{40,200}}",
        f"sk-(?:proj|svcacct|admin)-{_URL}{{16}}",
    ),
    Secret("openai", TOKEN, ("sk-",), f"sk-{_WORD}{{32,64}}", f"sk-{_WORD}{{32}}"),
    Secret("hugging_face", TOKEN, ("hf_",), "hf_[A-Za-z]{34}"),
    Secret("npm", TOKEN, ("npm_",), f"npm_{_WORD}{{36}}"),
    Secret("pypi", TOKEN, ("pypi-AgE",), f"pypi-AgE{_URL}{{50,240}}", f"pypi-AgE{_URL}{{16}}"),
    Secret("stripe", TOKEN, ("k_live_",), f"[rs]k_live_{_WORD}{{20,120}}", f"k_live_{_WORD}{{16}}"),
    Secret("stripe", TOKEN, ("whsec_",), f"whsec_{_WORD}{{32,64}}", f"whsec_{_WORD}{{16}}"),
    Secret("sendgrid", TOKEN, ("SG.",), f"SG\\.{_URL}{{22}}\\.{_URL}{{43}}", f"SG\\.{_URL}{{22}}\\."),
    _named(
        "twilio",
        TOKEN,
        _spelt("auth", "token"),
        "(?:twilio[-_ ]?)?auth[-_ ]?token",
        "[0-9a-f]{32}",
        "[0-9a-f]{16}",
    ),
    Secret("telegram", TOKEN, (":AA",), f"[0-9]{{8,10}}:AA{_URL}{{33}}", f":AA{_URL}{{24}}"),
    Secret("shopify", TOKEN, ("shpat_", "shpss_"), "shp(?:at|ss)_[0-9a-f]{32}", "shp(?:at|ss)_[0-9a-f]{16}"),
    Secret(
        "mailchimp",
        TOKEN,
        tuple(f"-us{digit}" for digit in range(10)),
        "[0-9a-f]{32}-us[0-9]{1,2}",
        "[0-9a-f]{8}-us[0-9]",
    ),
    Secret("docker", TOKEN, ("dckr_pat_",), f"dckr_pat_{_URL}{{27,40}}", f"dckr_pat_{_URL}{{12}}"),
    Secret("atlassian", TOKEN, ("ATATT3",), f"ATATT3{_URL}{{60,240}}", f"ATATT3{_URL}{{16}}"),
    Secret("grafana", TOKEN, ("glsa_",), f"glsa_{_WORD}{{32}}_[0-9a-f]{{8}}", f"glsa_{_WORD}{{16}}"),
    Secret("vault", TOKEN, ("hvs.",), f"hvs\\.{_URL}{{24,200}}", f"hvs\\.{_URL}{{16}}"),
    Secret("groq", TOKEN, ("gsk_",), f"gsk_{_WORD}{{52}}", f"gsk_{_WORD}{{16}}"),
    Secret("replicate", TOKEN, ("r8_",), f"r8_{_WORD}{{37}}", f"r8_{_WORD}{{16}}"),
    Secret(
        "jwt",
        TOKEN,
        ("eyJ",),
        f"eyJ{_URL}{{10,2000}}\\.eyJ{_URL}{{10,4000}}\\.{_URL}{{20,1000}}",
        f"\\.eyJ{_URL}{{10}}",
    ),
    _named(
        "service",
        TOKEN,
        (*_spelt("pi", "key"), *_spelt("tion", "key"), *_spelt("account", "key"), *_spelt("access", "key")),
        "(?:api|subscription|account|access)[-_ ]?key",
        f"(?:[0-9a-f]{{32}}|{_WORD}{{84}})",
        f"{_WORD}{{24}}",
    ),
    # Keys and passwords
    Secret(
        "pem",
        PRIVATE,
        ("PRIVATE KEY",),
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[ \r\n]|\\[nr]){0,6}(?:[A-Za-z0-9+/]{24}|[A-Z][a-z-]{3,12}:)",
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY",
    ),
    Secret("age", PRIVATE, ("AGE-SECRET-KEY-1",), "AGE-SECRET-KEY-1[A-Z0-9]{58}", "AGE-SECRET-KEY-1"),
    Secret(
        "url",
        PASSWORD,
        ("://",),
        r"[a-z0-9]://[!#%-%(-.0-9;=?A-\[\]-_a-z|~]{0,64}:(?P<secret>[!#%-%(-.0-;=?A-\[\]-_a-z|~]{3,100})@(?P<host>[A-Za-z0-9.-]{1,100})",
        r":\\?/\\?/[^ /@\"\\\n]{0,64}:[^ /@\"\\\n]{3,100}@",
    ),
    Secret(
        "connection_string",
        PASSWORD,
        (";password", "; password", ";pwd", "; pwd"),
        r"; ?(?:password|pwd) ?= ?(?P<secret>[!#%-%(-.0-:=?-\[\]-_a-z|~]{6,100})",
        "; ?(?:password|pwd) ?= ?[!-~]{6}",
        True,
    ),
)

PUBLISHED = frozenset(
    {
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAI44QH8DHBEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        # The key of Azure's storage emulator, the same for everybody.
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    }
)
"""Secrets of documentations, which open nothing."""

PUBLISHED_SIGNATURES = (
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ",
)
"""How the example tokens of the page that explains JWT end."""
