"""The second edition: who enters a webinar enters a room of it."""

from typing import Literal

from contracts.model.events import Catalogue, Token
from contracts.webinar import events
from contracts.webinar.events import Visit


class RoomVisit(Visit):
    """One visit of a client to one of a webinar's rooms."""

    room_id: Token


class ClientWebinarEntered(events.ClientWebinarEntered):
    """A client has entered a webinar's room."""

    type: Literal["client_webinar_entered"]
    data: RoomVisit


CATALOGUE = Catalogue(
    tuple(ClientWebinarEntered if model is events.ClientWebinarEntered else model for model in events.CATALOGUE.models)
)
