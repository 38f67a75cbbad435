"""What the hints are called, and who says that they matter."""

from bot.datasets.rules.base import RuleSpec

_LEARNT = "A model can repeat what it was trained on to anybody who may ask it."
_CHECKED = "The service checks the data before training and the model after it, and refuses both without naming a line."
_SCANNERS = "Token formats as their makers publish them (GitHub docs: secret scanning patterns)"
_SAFETY = "Azure OpenAI, safety evaluation of fine-tuned models (contract 5)"

SPECS = (
    RuleSpec("secret_cloud_key", "hint", _SCANNERS, ("kind", "head", "length"), _LEARNT),
    RuleSpec("secret_token", "hint", _SCANNERS, ("kind", "head", "length"), _LEARNT),
    RuleSpec("secret_private_key", "hint", "RFC 7468: textual encodings of keys", ("kind",), _LEARNT),
    RuleSpec("secret_password", "hint", "RFC 3986, 3.2.1: a password in an address", ("kind",), _LEARNT),
    RuleSpec("personal_mail", "hint", "RFC 5322 (form); RFC 2606 (reserved names)", ("at",), _LEARNT),
    RuleSpec("personal_phone", "hint", "ITU-T E.164: international numbers", ("at",), _LEARNT),
    RuleSpec("personal_card", "hint", "ISO/IEC 7812: issuers and check digit of cards", ("at",), _LEARNT),
    RuleSpec("personal_iban", "hint", "ISO 13616: account numbers and their check digits", ("at",), _LEARNT),
    RuleSpec(
        "personal_id",
        "hint",
        "national laws on the number, as python-stdnum names them",
        ("kind", "at"),
        _LEARNT,
    ),
    RuleSpec("topic_violence", "hint", _SAFETY, ("at",), _CHECKED),
    RuleSpec("topic_self_harm", "hint", _SAFETY, ("at",), _CHECKED),
    RuleSpec("topic_sexual", "hint", _SAFETY, ("at",), _CHECKED),
    RuleSpec("topic_hate", "hint", _SAFETY, ("at",), _CHECKED),
)
