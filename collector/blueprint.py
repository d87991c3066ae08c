"""The timer and queue functions."""

import azure.functions as func

blueprint = func.Blueprint()
