"""Rounds: work that each shard has its turns of, several shards at a time."""
