"""Kafka topics, clients and the translation of their errors."""
