"""What was published, for people."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model.publication import Receipt


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield a publication's receipt as people read it."""
    version, branch = receipt.identity.version, receipt.identity.branch
    done = "would be published" if receipt.dry_run else "published"
    yield (
        f"{receipt.consumer} {version.value} ({version.source}) on {branch.value} ({branch.source}): "
        f"{done} to {receipt.broker}"
    )
    for file in receipt.files if receipt.dry_run else ():
        yield f"  {file}"
    width = max((len(pact.provider) for pact in receipt.pacts), default=0)
    for pact in receipt.pacts:
        yield f"  {pact.provider:<{width}}  {pact.content.value:<9}  {pact.url}"
    for file in receipt.planned:
        yield f"  not published, no implemented pair: {file}"
    if receipt.pacts:
        yield "confirmed: every pact was read back"
