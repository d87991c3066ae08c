"""The queue function of digests, which reads what the API reads: function_app hands that to it."""

import typing

import azure.functions as func

from shared.alerts.queue import QUEUE as DELIVERY_QUEUE
from shared.digests.queue import QUEUE
from shared.digests.reading import ReadDigest
from shared.settings import settings
from shared.telemetry import invocation

# The real worker takes func.Out[typing.List[str]] alone.
# ruff: noqa: UP006


def digest_functions(reader: typing.Callable[[], ReadDigest]) -> func.Blueprint:
    """Return the functions of digests; reader returns what reads them, when one runs."""
    blueprint = func.Blueprint()

    @blueprint.queue_trigger(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
    @blueprint.queue_output(
        arg_name="deliver", queue_name=DELIVERY_QUEUE, connection="AzureWebJobsStorage"
    )
    def make_digests(
        message: func.QueueMessage, deliver: func.Out[typing.List[str]], context: func.Context
    ) -> None:
        """Make the digest that is due, and ask for its deliveries."""
        from collector.digest_jobs import make_on_message  # noqa: PLC0415

        with invocation("make_digests", "pubsub", context):
            make_on_message(settings(), message.get_body(), deliver, read=reader())

    del make_digests
    return blueprint
