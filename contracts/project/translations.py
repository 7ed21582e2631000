"""A domain's own texts in another language: `<code>.toml` beside its registry, keyed by the English original."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.errors import MisuseError, Where
from contracts.model.domain import Domain
from contracts.project.paths import shown


def load_translations(domain: Domain, code: str) -> Mapping[str, str]:
    """Read the translations of a domain's texts.

    Args:
        domain: its package holds the file.
        code: the language, such as "ru".

    Returns:
        The translated texts by their originals; empty where the package has no file for that language.

    Raises:
        MisuseError: the file is there and can't be used.
    """
    package_file = importlib.import_module(domain.package).__file__
    file = Path(str(package_file)).with_name(f"{code}.toml")
    if not file.is_file():
        return {}
    try:
        document: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MisuseError(f"the translations can't be read: {error}", where=Where(shown(file))) from None
    texts = document.get("translations")
    if set(document) != {"translations"} or not isinstance(texts, dict):
        raise MisuseError(
            "a file of translations holds one table, [translations]",
            where=Where(shown(file)),
            next_step='write [translations], then "<English text>" = "<translated text>"',
        )
    wrong = next((key for key, value in texts.items() if not isinstance(value, str) or not value.strip()), None)
    if wrong is not None:
        raise MisuseError(f"the translation of {wrong!r} is no text", where=Where(shown(file)))
    return texts
