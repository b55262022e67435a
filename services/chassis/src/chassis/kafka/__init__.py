"""Kafka: its topics, its clients, and what its errors mean to us."""
