"""The commands of the program, one file each, imported only when one is called. Exit codes: see `bot.cli`."""
