"""Who does it: an officer's act.  Allowed? Sign, append, fold, notify."""

from sarhad.desk.actor import Actor, KeyReused, NotFound, RoleRefused, UnknownReference, node_actor
from sarhad.desk.desk import Desk
from sarhad.desk.events import Event, Subscription
from sarhad.desk.links import LinkState, LinkView
from sarhad.desk.preview import PreviewPartner, PreviewWarning

__all__ = [
    "Actor",
    "Desk",
    "Event",
    "KeyReused",
    "LinkState",
    "LinkView",
    "NotFound",
    "PreviewPartner",
    "PreviewWarning",
    "RoleRefused",
    "Subscription",
    "UnknownReference",
    "node_actor",
]
