"""Keys made of others: of an item among all, of its order, and of its place."""

from shared.communities import Kind
from shared.store.base import Key


def item_key(kind: Kind, item_id: str) -> str:
    """Return what names an item among those of all communities: "post:ID" or "comment:ID"."""
    return f"{kind}:{item_id}"


def order_key(created_utc: str, item_id: str) -> str:
    """Return what orders an item by its time: unique in a partition."""
    return f"{created_utc}_{item_id}"


def id_of(key: str) -> str:
    """Return the id in an order key."""
    return key.partition("_")[2]


def key_of_place(place: str) -> Key:
    """Return what a place, "community/order_key", is read by: a community and an id."""
    community, _, key = place.partition("/")
    return community, id_of(key)
