"""Runs migrations in the connection and the transaction that `migrate` opened."""

from alembic import context

from bot.server.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
