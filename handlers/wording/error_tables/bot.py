"""Codes of `bot.errors`: what the bot itself refuses, and what Slack does."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # Denied
        "guest": (
            "Guests cannot use this",
            "Training costs money and uses company data, so it is for members of this workspace.",
            "Ask a member to do it, or whoever runs the bot to allow guests in its configuration.",
        ),
        "foreign_team": (
            "This is for people of the home workspace",
            "You are here from another organisation, and its members are not in the bot's configuration.",
            "Ask somebody of the home workspace to do it.",
        ),
        "not_trainer": (
            "You are not on the list of people who may train",
            "Whoever runs the bot keeps that list in its configuration.",
            "Ask them to add you or a user group you are in.",
        ),
        "not_owner": (
            "Only the person who started it can do this",
            "Administrators of the bot can do it too.",
            "Ask the person on the card, or an administrator.",
        ),
        "not_admin": (
            "Only an administrator of the bot can do this",
            "The list of administrators is in the bot's configuration.",
            "Ask one of them.",
        ),
        # NotThere
        "job": (
            "There is no job {given}",
            "It may be a typing mistake, or a job that was never taken over by the bot.",
            "`jobs` lists yours, `jobs all` everybody's.",
        ),
        "dataset": (
            "There is no data {given}",
            "It may be a typing mistake, or data of somebody else.",
            "`data` lists what you sent.",
        ),
        "connection": (
            "There is no connection {given}",
            "The connections are those in the bot's configuration.",
            "`connections` lists them.",
        ),
        "model": (
            "{given} is not among the models of this connection",
            "It may be retired, in another resource, or not trainable here.",
            "Choose one from the list.",
        ),
        "no_jobs": (
            "You have no jobs yet",
            "",
            "`train` starts one, `jobs all` shows everybody's.",
        ),
        "checkpoint": (
            "There is no checkpoint {given}",
            "Only the last three versions of a finished job stay usable.",
            "`results` lists them.",
        ),
        # WrongState
        "job_state": (
            "{job} {cannot}",
            "{told_state}.",
            "The card in the channel shows what can be done.",
        ),
        "dataset_state": (
            "{dataset} cannot be used now",
            "It is {data_state}; only data that was checked without errors can be trained on.",
            "`data` shows what is ready.",
        ),
        "service_cannot": (
            "{service} cannot do this",
            "Jobs there cannot be {action}.",
            "What can be done is on the job's card.",
        ),
        # FileProblem
        "login_page": (
            "Slack answered with a sign-in page instead of the file",
            "The app lacks the scope `files:read`, or was not installed again after it got it.",
            "Whoever runs the bot adds the scope and installs the app again; then send the file once more.",
        ),
        "external": (
            "This file lives outside Slack",
            "Only files stored in Slack can be read; this one is a link to another service.",
            "Download it and attach it to a message.",
        ),
        "tombstone": (
            "This file was deleted in Slack",
            "",
            "Attach it again.",
        ),
        "hidden_by_limit": (
            "Slack hides this file",
            "The workspace is over its plan's storage, so older files cannot be read.",
            "Attach the file again.",
        ),
        "not_visible": (
            "The bot cannot see this file",
            "It sees files of channels that it is a member of, and of its own direct messages.",
            "Send the file to the bot directly, or invite the bot to the channel.",
        ),
        "too_large": (
            "The file is too large",
            "It has {bytes}, and {limit} is the most that is taken.",
            "Split the data into several files, or leave examples out.",
        ),
        "intake_gave_up": (
            "The file could not be fetched and checked",
            "It was tried several times over, and each time something of ours or of the place that has the file broke.",
            "Try again later; when it comes back, tell whoever runs the bot.",
        ),
        "host_refused": (
            "The file is not on one of Slack's hosts",
            "The bot sends its token only to the hosts in its configuration.",
            "Attach the file to a message; in an Enterprise Grid, whoever runs the bot adds the file host.",
        ),
        "empty": ("The file is empty", "It has no bytes.", "Export it again and send it once more."),
        "no_file": (
            "There is no file in this message",
            "",
            "Use the shortcut on a message with a JSONL file, or send the file to the bot directly.",
        ),
        "gone": (
            "The file is no longer there",
            "It was deleted in Slack, and the copy here was removed after its time.",
            "Attach it again.",
        ),
        "too_many_files": (
            "Two files at most",
            "One is trained on, the other is for validation.",
            "Send the message again with one or two files.",
        ),
        # Slack
        "expired_trigger_id": (
            "Slack did not open the form",
            "It lets one open for three seconds after a command or a click; the bot was too busy. Nothing was done.",
            "Do the same again.",
        ),
        "chat_refused": (
            "Slack refused this",
            "Its reason is `{slack_code}`.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "not_in_channel": (
            "The bot is not in that channel",
            "It can neither read files there nor answer.",
            "Invite it with `/invite` and try again.",
        ),
        "channel_not_found": (
            "The bot cannot see that channel",
            "It may be private, or the bot was removed.",
            "Invite the bot and try again.",
        ),
        "is_archived": ("That channel is archived", "Nothing can be posted there.", "Use another channel."),
        "internal": (
            "Something went wrong in the bot",
            "It is logged under reference {reference}.",
            "Try again; when it comes back, give the reference to whoever runs the bot.",
        ),
        "busy_with": (
            "The bot is still busy with this",
            "It has not finished what was asked before.",
            "Wait for its message.",
        ),
    }
}
