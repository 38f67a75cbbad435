"""`tunesmith manifest`: the Slack app manifest with the configured names."""

import argparse
import sys

from bot.commands.base import Command, CommandError, Trouble, config_argument, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    parser.add_argument(
        "--default", action="store_true", help="with the default names, reading no configuration"
    )
    parser.add_argument("--command-name", metavar="NAME", help="slash command, such as /finetune")
    parser.add_argument("--app-name", metavar="NAME", help="name of the app and its bot")
    parser.add_argument(
        "--request-url",
        metavar="URL",
        help='where Slack reaches the bot with mode = "http": https://.../slack/events',
    )


def run(options: argparse.Namespace) -> int:
    """Print it. A first set-up has no configuration yet: `--default`, or both names, make it need none."""
    from bot.manifest.render import manifest

    command, app_name = "/finetune", "Tunesmith"
    if not options.default and not (options.command_name and options.app_name):
        slack = settings_of(options).slack
        command, app_name = slack.command, slack.app_name
        if slack.mode == "http" and not options.request_url:
            what = 'with mode = "http" the manifest must say where Slack reaches the bot.'
            remedy = "Add --request-url https://YOUR-ADDRESS/slack/events"
            raise CommandError([Trouble("--request-url", what, remedy)])
    sys.stdout.write(
        manifest(
            command=options.command_name or command,
            app_name=options.app_name or app_name,
            request_url=options.request_url,
        )
    )
    return 0


COMMAND = Command(arguments, run)
