"""Answers that say what is wrong, in the two shapes that a Pact Broker has for them."""

from __future__ import annotations

from typing import Any

from flask import Request, Response

from contracts.broker.embedded.hal import base_url, json_response
from contracts.model.printable import printable

PROBLEM_JSON = "application/problem+json"
Errors = dict[str, list[str]] | list[str]


class Problem(Exception):  # noqa: N818 - an answer, not a fault of ours
    """An answer other than success.

    Args:
        status: the HTTP status.
        detail: what is wrong; what it quotes of the request is made printable, and can be read by every parser.
        title: the kind of problem.
    """

    def __init__(self, status: int, detail: str, *, title: str = "Server error") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = printable(detail)
        self.title = title

    def plain(self) -> dict[str, Any]:
        """Return the body for clients that don't ask for problem+json."""
        return {"error": self.detail}

    def problem(self, base: str) -> dict[str, Any]:
        """Return the body as problem+json (RFC 9457)."""
        kind = self.title.lower().replace(" ", "-")
        return {
            "title": self.title,
            "type": f"{base}/problems/{kind}",
            "detail": self.detail,
            "status": self.status,
        }


class NotFoundProblem(Problem):
    """What the URL names doesn't exist."""

    def __init__(self, detail: str = "Nothing is stored under this address") -> None:
        super().__init__(404, detail, title="Not found")


class ValidationProblem(Problem):
    """The request is understood and wrong.

    Args:
        errors: messages, by the field they are about where there is one.
        status: the HTTP status.
    """

    def __init__(self, errors: Errors, *, status: int = 400) -> None:
        super().__init__(status, "the request is not valid", title="Validation errors")
        self.errors = _printable(errors)

    def plain(self) -> dict[str, Any]:
        """Return the messages, by field."""
        return {"errors": self.errors}

    def problem(self, base: str) -> dict[str, Any]:
        """Return the messages with a JSON pointer to the field."""
        return {
            "title": self.title,
            "type": f"{base}/problems/validation-error",
            "status": self.status,
            "instance": "/",
            "errors": [
                {
                    "type": f"{base}/problems/invalid-value",
                    "title": "Invalid parameter",
                    "detail": text,
                    **pointer,
                }
                for pointer, text in _flatten(self.errors)
            ],
        }


def _printable(errors: Errors) -> Errors:
    if isinstance(errors, list):
        return [printable(text) for text in errors]
    return {printable(field): [printable(text) for text in texts] for field, texts in errors.items()}


def _flatten(errors: Errors) -> list[tuple[dict[str, str], str]]:
    if isinstance(errors, list):
        return [({}, text) for text in errors]
    return [({"pointer": "/" + field.replace(".", "/")}, text) for field, texts in errors.items() for text in texts]


def answer(request: Request, problem: Problem) -> Response:
    """Render a problem as the client asked for it."""
    if PROBLEM_JSON in request.headers.get("Accept", ""):
        return json_response(problem.problem(base_url(request)), problem.status, kind=PROBLEM_JSON)
    return json_response(problem.plain(), problem.status)
