"""Writes the generated modules of client/: `python -m local.client_code`."""

from local.client_code.written import FOLDER, sources


def main() -> None:
    """Write each module."""
    for name, source in sources().items():
        (FOLDER / name).write_text(source)


if __name__ == "__main__":
    main()
