"""Alembic's environment: runs on the connection, and in the transaction, of `chassis.sql.migration`."""

from alembic import context

from chassis.sql.comparison import options

_given = context.config.attributes
context.configure(connection=_given["connection"], **options(_given["history"]))
with context.begin_transaction():
    context.run_migrations()
