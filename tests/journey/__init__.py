"""Tests of the whole platform over its public interfaces."""
