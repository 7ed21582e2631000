"""The five canonical events of a client and a webinar."""

from __future__ import annotations

from typing import ClassVar, Literal

from contracts.model.events import CanonicalEvent, Catalogue, EventData, Token


class Participation(EventData):
    """A client and a webinar."""

    client_id: Token
    webinar_id: Token


class Visit(Participation):
    """One visit of a client to a webinar's room."""

    visit_id: Token


class FormSubmission(Participation):
    """One form that a client submitted during a webinar."""

    submission_id: Token


class ClientWebinarRegistered(CanonicalEvent):
    """A client has registered for a webinar."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id")
    type: Literal["client_webinar_registered"]
    data: Participation


class ClientWebinarEntered(CanonicalEvent):
    """A client has entered a webinar's room."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id", "visit_id")
    type: Literal["client_webinar_entered"]
    data: Visit


class ClientWebinarFormSubmitted(CanonicalEvent):
    """A client has submitted a form of a webinar."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id", "submission_id")
    type: Literal["client_webinar_form_submitted"]
    data: FormSubmission


class ClientWebinarCompleted(CanonicalEvent):
    """A client has completed a webinar."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id")
    type: Literal["client_webinar_completed"]
    data: Participation


class ClientWebinarLeft(CanonicalEvent):
    """A client has left a webinar's room."""

    fact_key: ClassVar[tuple[str, ...]] = ("client_id", "webinar_id", "visit_id")
    type: Literal["client_webinar_left"]
    data: Visit


CATALOGUE = Catalogue(
    (
        ClientWebinarRegistered,
        ClientWebinarEntered,
        ClientWebinarFormSubmitted,
        ClientWebinarCompleted,
        ClientWebinarLeft,
    )
)
