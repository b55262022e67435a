"""Scripts of migrations, by history, and Alembic's environment for every history of every package."""
