"""Questions about a past moment over HTTP: answered in the background, one after another, by the command `as-of`."""
