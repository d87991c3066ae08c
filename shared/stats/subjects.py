"""The statistics of subjects: their scopes, and the tables of all subjects."""

TABLE = "subjects"
"""The partition of the figures of all subjects by the day."""
PREFIX = "subject:"


def subject_scope(subject: str) -> str:
    """Return the scope of a subject's statistics."""
    return PREFIX + subject
