"""Cycles in shards: the plan, the queues, a shard's part, the totals, the end."""
