"""What an emitter is made with: one file and one folder of templates a kind."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.scaffold.kinds import command, node, php, python, wordpress
from contracts.scaffold.kinds.kind import RepositoryKind
from contracts.scaffold.request import EmitterKind

KINDS: Mapping[EmitterKind, RepositoryKind] = {
    EmitterKind.WORDPRESS: wordpress.KIND,
    EmitterKind.PYTHON: python.KIND,
    EmitterKind.NODE: node.KIND,
    EmitterKind.PHP: php.KIND,
    EmitterKind.COMMAND: command.KIND,
}
