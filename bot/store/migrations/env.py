"""Alembic runs this file; the connection comes from `bot.store.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
