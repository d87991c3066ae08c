"""The command `key`: makes a key that the app checks itself, and the entry of it for a setting."""

import secrets
import sys

from rich.console import Console

from local.commands.ended import COMPLETED, FAILED, print_failure
from shared.access_keys import MAX_KEY_CHARS, MIN_KEY_CHARS, digest_of, new_key, parse_key


def key_command(name: str, last: str, *, stdin: bool) -> int:
    """Print a key and its entry, each on a line; with stdin the entry of the key that is read.

    The key is printed this once, and nothing has it but its hash. Return the exit status: 1 where
    the name, the day or the given key is no good.
    """
    key = sys.stdin.readline().strip() if stdin else new_key(secrets.token_urlsafe)
    if not MIN_KEY_CHARS <= len(key) <= MAX_KEY_CHARS:
        form = f"a key has {MIN_KEY_CHARS} to {MAX_KEY_CHARS} characters: shorter ones are guessed"
        print_failure(Console(stderr=True), form)
        return FAILED
    entry = ":".join(part for part in (name, digest_of(key), last) if part)
    try:
        parse_key(entry)
    except ValueError as error:
        print_failure(Console(stderr=True), str(error))
        return FAILED
    if not stdin:
        print(f"key    {key}")
    print(f"entry  {entry}")
    return COMPLETED
