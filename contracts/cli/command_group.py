"""A group of commands that answers a slip with the nearest name, whichever version of click is there."""

from __future__ import annotations

import click


class HelpfulGroup(click.Group):
    """Says which command may have been meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say that there is none of that name, and which is near."""
        # Where it is right, nothing is paid for it.
        from contracts.model.names import did_you_mean

        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            raise click.UsageError(f"no command is called {name!r}{did_you_mean(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)
