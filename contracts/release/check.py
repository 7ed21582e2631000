"""The check of a repository, whatever it holds: is the contract sound, are pacts captured, do emitters keep them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contracts.consumer.pact_writing import write_pacts
from contracts.model.check import Check
from contracts.model.domain import Domain
from contracts.model.verdict import Verification
from contracts.project.kinds import kinds_of
from contracts.project.lint import lint
from contracts.project.named_emitters import named_emitters
from contracts.project.settings import Settings
from contracts.provider.verify import Listen, Mode, run_verification
from contracts.release.check_documents import check_documents
from contracts.release.rehearsal import rehearse


def check(
    settings: Settings,
    domain: Domain,
    environ: Mapping[str, str],
    *,
    echo: Callable[[str], None],
    listen: Listen | None = None,
) -> Check:
    """Check what can be checked in this repository, be it the contract's, the consumer's, an emitter's or several.

    Where consumer and emitter are both here, the release is rehearsed on a throwaway broker, whatever broker is named
    elsewhere.

    Args:
        environ: the process's variables, for the version's and the branch's name.
        echo: is handed the output of consumer tests that fail.
        listen: hears each emitter's run.

    Raises:
        ContractsError: a step couldn't be carried out at all.
    """
    here = kinds_of(settings, domain)
    pacts = write_pacts(settings, domain, check=True, echo=echo) if here.consumer else None
    runs = verify_reached(settings, domain, Mode(), listen=listen)
    rehearsed = pacts is not None and pacts.pacts and not pacts.changes
    return Check(
        contract=here.contract,
        lint=lint(domain) if here.contract or here.consumer else None,
        documents=check_documents(settings, domain) if here.contract or settings.drift else (),
        pacts=pacts,
        runs=runs,
        unreached=tuple(emitter for emitter in domain.registry.emitters if emitter not in here.emitters),
        releases=rehearse(settings, domain, runs, environ) if rehearsed else (),
    )


def verify_reached(
    settings: Settings, domain: Domain, mode: Mode, *, listen: Listen | None = None
) -> tuple[Verification, ...]:
    """Verify each emitter that the settings name, in the registry's order.

    Args:
        listen: hears each emitter's run.

    Raises:
        ContractsError: a named emitter has no driver, a driver's options aren't right, or a pact can't be read.
    """
    named = named_emitters(settings, domain.registry)
    return tuple(run_verification(settings, domain, emitter, mode=mode, listen=listen) for emitter in named)
