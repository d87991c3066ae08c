"""Questions in words, answered by a parser: what is asked, over what, of which time.

A question is parsed without reading figures (parse.py), and answered by the reads of the API.
"""
