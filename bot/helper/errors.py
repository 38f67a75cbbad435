"""What can go wrong with the helper process."""

from bot.errors import BotError


class HelperError(BotError):
    """The work was not done; asking again is harmless.

    Codes: `helper_crashed` with `exit` (the process ended in the middle of this call), `helper_timeout` with `seconds`,
    `helper_failed` with `error` (the name of what went wrong inside), `helper_unreadable` with `error` (the file could
    not be read), `helper_closed` (the bot is stopping).
    """
