"""The source of what is pushed: a folder of files."""
