"""Header names are alike in every case, and a message's headers can't be changed."""

from __future__ import annotations

import pytest

from contracts.expectations.headers import Headers


def test_a_header_is_found_in_any_case() -> None:
    """As over HTTP; its name is shown in lower case."""
    headers = Headers({"Content-Type": "a", "ce-ID": "b"})
    assert headers["content-type"] == headers["CONTENT-TYPE"] == headers.get("Content-Type") == "a"
    assert "Ce-Id" in headers
    assert "ce" not in headers
    assert headers.get("ce", "none") == "none"
    assert list(headers) == ["content-type", "ce-id"]
    assert headers == Headers({"CE-id": "b", "content-type": "a"}) == {"content-type": "a", "ce-id": "b"}
    assert len({headers, Headers({"ce-id": "b", "content-type": "a"})}) == 1
    assert repr(headers) == "Headers({'content-type': 'a', 'ce-id': 'b'})"
    with pytest.raises(TypeError):
        headers["a"] = "b"  # type: ignore[index]  # that it can't be set is what is tested
