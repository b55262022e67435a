"""Questions over an export, in SQL, and the same figures as of a past date."""
