"""A host for Azure Functions apps on one machine, no laxer than the real one.

It serves what `app.get_functions()` says: HTTP functions in one process, timer and queue
functions in another. What is this product's own stands in local/commands/up.py.
"""
