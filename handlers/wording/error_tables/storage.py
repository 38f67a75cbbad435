"""Codes about data that does not come through Slack: blobs of the configured accounts, and files of this machine."""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # the address that somebody typed
        "blob_signature": (
            "This address holds a signature, which is a leak: it was not used",
            "Whoever sees a signature can read the data until it expires. The bot reads with its own identity.",
            "Give it without the part from `?` on, and revoke the signature.",
        ),
        "blob_address": (
            "This is not the address of a blob",
            "It has the form `https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME`.",
            "Copy the blob's URL from the portal, without a signature.",
        ),
        "storage_unknown": (
            "This storage account is not set up for the bot",
            "It reads blobs of these accounts only: {accounts}.",
            "Copy the data there, or ask whoever runs the bot to add the account under `[[storage]]`.",
        ),
        "storage_none": (
            "No storage account is set up for the bot",
            "So it reads no blobs.",
            f"Attach the file; or {_RUNNER.lower()} adds the account under `[[storage]]`.",
        ),
        "container_refused": (
            "The container {container} is not set up for the bot",
            "Of this account it reads {containers} only.",
            "Copy the data there, or ask whoever runs the bot to add the container.",
        ),
        "nothing_given": (
            "There is no file and no address",
            "",
            "Attach a file, or give the address of a blob.",
        ),
        "too_many_sources": (
            "Two files or addresses at most",
            "One is trained on, the other is for validation.",
            "Give one or two.",
        ),
        # what the account says
        "blob_not_found": (
            "There is no blob {blob} in {account}/{container}",
            "Names of blobs are exact, capital letters included.",
            "Copy the blob's URL from the portal.",
        ),
        "container_not_found": (
            "There is no container {container} in the storage account {account}",
            "It was deleted, or the name is another.",
            "Copy the blob's URL from the portal.",
        ),
        "blob_role_missing": (
            "The bot may not read the storage account {account}",
            "Its identity lacks the role {role_name}.{grant_hint}",
            f"{_RUNNER} has it assigned; then try again, it can take ten minutes to be known everywhere.",
        ),
        "blob_network_refused": (
            "The storage account {account} refuses the bot",
            "Its firewall lets only chosen networks in, or it takes no tokens of Entra ID.",
            f"{_RUNNER} allows the bot's network at the account.",
        ),
        "blob_archived": (
            "The blob {blob} is in the archive tier",
            "It cannot be read there.",
            "Rehydrate it to hot, cool or cold, which takes hours, then try again.",
        ),
        "blob_changed": (
            "The blob was written to while it was read",
            "That happened several times over. Nothing of it was sent.",
            "Try again when it is finished.",
        ),
        "blob_empty": ("The blob is empty", "It has no bytes.", "Export the data again."),
        "blob_cut": (
            "The blob broke off on its way",
            "The connection ended after {bytes}, and again each time it was gone on with.",
            "Try again in a few minutes.",
        ),
        "blob_refused": (
            "The storage account {account} refused to hand over the blob",
            "The reason is not one that we know.",
            f"Try again; when it comes back, {_RUNNER.lower()} looks at the bot's log.",
        ),
        "blob_replaced": (
            "The blob is not the one that was checked",
            "It was written to since. Nothing of it was sent.",
            "Give its address once more, and it is checked anew.",
        ),
        # files of this machine
        "staged_gone": (
            "The bot's copy of the file is no longer there",
            "It came from the machine of the bot, so it cannot be fetched again.",
            "Hand it in once more with `tunesmith upload`.",
        ),
    }
}
