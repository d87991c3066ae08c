"""Threads of the sample that use the name of a product in another meaning, and so name none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OtherMeaning:
    """Neutral titles and sentences about something that shares a product's name."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]


OTHER_MEANINGS = (
    OtherMeaning(
        (
            "The cursor jumps to the next line when I paste",
            "Mouse cursor is only on the first monitor",
            "Cursor position is off by one in a terminal",
        ),
        (
            "The cursor jumps to the next line after each paste.",
            "My mouse cursor stays on the first monitor.",
            "Ask for the cursor position before you print.",
            "A text cursor of two pixels is what I use.",
            "The blinking cursor is a matter of taste.",
        ),
    ),
    OtherMeaning(
        (
            "When do you close a database cursor in psycopg?",
            "Server side cursor and {count} million rows",
        ),
        (
            "The database cursor stays open until the end of the transaction.",
            "I read the rows with a server side cursor.",
            "A cursor over {count} million rows takes an hour here.",
            "Call `cursor.execute` once for each statement.",
        ),
    ),
    OtherMeaning(
        (
            "Claude Monet and the colours of the morning",
            "Which painting by Claude Monet is on this cover?",
        ),
        (
            "Claude Monet painted the same bridge {count} times.",
            "The water lilies of Claude Monet hang in two rooms.",
            "I saw it in Paris {time}.",
        ),
    ),
    OtherMeaning(
        ("Claude Shannon's paper of 1948, page by page", "Notes on Claude Shannon and entropy"),
        (
            "Claude Shannon wrote it at Bell Labs.",
            "The paper of Claude Shannon has two parts.",
            "Entropy is in the second chapter.",
        ),
    ),
    OtherMeaning(
        ("Windsurfing at the lake {time}", "Where do you go windsurfing in October?"),
        (
            "I go windsurfing at the lake on Saturdays.",
            "Windsurfing takes wind of four knots at least.",
            "The lake is an hour from here.",
        ),
    ),
    OtherMeaning(
        ("Jules Verne: which one first?", "Reading Jules Verne on the train"),
        (
            "I read Jules Verne on the train.",
            "Jules Verne wrote about submarines in 1870.",
            "The second half is about the island.",
        ),
    ),
    OtherMeaning(
        ("Project Gemini flew ten crews in 1965 and 1966", "How was Gemini 8 steered?"),
        (
            "Project Gemini came before the moon.",
            "The Gemini capsules had two seats.",
            "There are {count} photographs of it in the archive.",
        ),
    ),
    OtherMeaning(
        ("What does a copilot do during take-off?",),
        (
            "The copilot reads the checklist.",
            "My brother is a copilot on short flights.",
            "Both pilots have the same training.",
        ),
    ),
)
