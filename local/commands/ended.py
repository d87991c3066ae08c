"""The exit statuses of commands, and the lines that say how one ended early."""

from collections.abc import Callable

from rich.console import Console

from shared.errors import BackfillEnded, CycleRunning, UndertoneError
from shared.logs import masked, printable

# Who changes something by a command, as histories have it.
COMMAND_LINE = "the command line"
COMPLETED, FAILED, ANOTHER_RUNS, INTERRUPTED = 0, 1, 3, 130


def exit_status(
    work: Callable[[], int],
    errors: Console,
    *,
    resume: str | None = None,
    raises: tuple[type[UndertoneError], ...] = (),
) -> int:
    """Run a command's work; return its exit status, or that of the error that ended it.

    `resume` says how an interrupted one goes on; None: it raises KeyboardInterrupt. It raises the
    errors that `raises` names, too.
    """
    try:
        return work()
    except raises:
        raise
    except CycleRunning as error:
        errors.print(f"Another writer runs: {error.holder}. Try again when it has ended.")
        return ANOTHER_RUNS
    except BackfillEnded:
        errors.print("It was taken over: another command reads the same past.")
        return ANOTHER_RUNS
    except UndertoneError as error:
        print_failure(errors, f"It failed: {error}")
        return FAILED
    except KeyboardInterrupt:
        if resume is None:
            raise
        errors.print(f"Interrupted: {resume}")
        return INTERRUPTED


def print_failure(errors: Console, reason: str) -> None:
    """Print why a command failed, without secrets and control characters."""
    errors.print(printable(masked(reason)), style="red", markup=False, soft_wrap=True)
