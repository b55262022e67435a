"""Copies of reporters' files without hidden data, made in a child process with limits."""
