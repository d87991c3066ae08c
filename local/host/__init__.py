"""A host for Azure Functions apps on one machine, at least as strict as the real one.

It serves the functions of `app.get_functions()`: HTTP functions in one process, timer and queue
functions in another. Code that is specific to this product is in local/commands/up.py.
"""
