"""The history as files for analysts: facts, appended by position, and one row for each complaint, made anew."""
