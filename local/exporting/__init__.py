"""Exports of everything that a store holds, and their import into an empty one."""
