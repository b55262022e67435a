"""Scripts of migrations, by history."""
