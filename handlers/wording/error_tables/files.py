"""Codes of `bot.errors.FileProblem` about the way of a file's bytes from Slack to the bot."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "awaiting_check": (
            "Slack has not released this file yet",
            "It comes from another organisation, and Slack Connect checks such files first.",
            "Try again in a few minutes, or attach the file to a message to the bot.",
        ),
        "access_denied": (
            "The bot may not read this file",
            "It belongs to another organisation, which does not share it with this workspace.",
            "Download it and attach it to a message to the bot.",
        ),
        "file_forbidden": (
            "Slack refused to hand over the file",
            "It answered with status {status}. The app's token may lack the scope `files:read`, or was withdrawn.",
            "Send the file once more; when it comes back, whoever runs the bot looks at the app in Slack.",
        ),
        "redirected": (
            "Slack sent the bot elsewhere for this file",
            "The address leads to {host}, and the bot's token never goes to another host.",
            "Attach the file to a message; when it comes back, whoever runs the bot looks at the proxy between.",
        ),
        "ended_early": (
            "The file broke off on its way from Slack",
            "Only {bytes} of {expected} came, several times over.",
            "Try again; when it comes back, send the file once more.",
        ),
        "size_differs": (
            "The file is not as large as Slack says",
            "{bytes} came, and Slack says {expected}, several times over.",
            "Send the file once more.",
        ),
        "larger_than_said": (
            "The file is larger than Slack says",
            "Slack says {expected}, but more than {limit} came, which is the most that is taken.",
            "Split the data into several files, or leave examples out.",
        ),
        "source_changed": (
            "The file in Slack is not the one that was checked",
            "It was replaced there since. Nothing of it was sent.",
            "Send the new file to the bot, and it is checked anew.",
        ),
        "download_cut": (
            "The file broke off on its way from Slack",
            "The connection was closed after {bytes}.",
            "Try again in a moment.",
        ),
    }
}
