"""A working address of each route, made from the registry and the examples of its parameters."""

import re

from api.endpoint import Endpoint, Page
from api.endpoints import ENDPOINTS, ROUTES

# The parameters of pages; no app has signed this link.
IN_PAGES = {
    "docs_file": "swagger-ui.css",
    "asset": "index.js",
    "alert_link": "forged",
    "signed_feed": "forged",
    "follow_alert_link": "forged",
}
# Parameters of which a call needs one, from these tests' settings.
NEEDED = {"sentiment_compare": ["subreddits=aws"]}


def address_of(route: Endpoint | Page) -> str:
    """Return the route's path, with its required parameters."""
    if isinstance(route, Page):
        return re.sub(r"{\w+}", IN_PAGES.get(route.operation, ""), route.address)
    fields = route.parameters.model_fields if route.parameters else {}
    examples = {name: field.examples[0] for name, field in fields.items() if field.examples}
    path = re.sub(r"{(\w+)}", lambda part: str(examples[part[1]]), route.address)
    needed = NEEDED.get(route.operation, []) + [
        f"{name}={examples[name]}"
        for name, field in fields.items()
        if field.is_required() and f"{{{name}}}" not in route.address
    ]
    return f"{path}?{'&'.join(needed)}" if needed else path


ADDRESSES = {operation: address_of(route) for operation, route in ROUTES.items()}
READS = [each for each in ENDPOINTS if each.method == "GET"]
