"""The platform as a whole, from outside."""
