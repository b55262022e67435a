"""Open data: one line for each public report, in daily files with their hashes, from which figures are recounted."""
