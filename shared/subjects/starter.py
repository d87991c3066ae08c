"""The starter pack: subjects of the field, for a first start."""

from shared.models import Subject, Term


def starter_pack() -> list[Subject]:
    """Return the subjects of the starter pack."""
    return [
        Subject(
            id="cursor",
            name="Cursor",
            role="competitor",
            terms=[Term(text="Cursor", exact=False, prefix=False, needs_context=True)],
            exclude=["mouse cursor", "cursor position"],
            context=["IDE", "editor", "agent"],
            home=["Cursor", "forum.cursor"],
            merged_from=[],
        )
    ]
