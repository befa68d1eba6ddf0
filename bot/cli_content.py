"""`vra content`: what a reviewer of the content has to do."""

from __future__ import annotations

import datetime as dt
import sys

import click


@click.group()
def content() -> None:
    """Look after the reviewed content."""


@content.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="What will be due on this day.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False),
    help="Another data folder, such as one with a new Code.",
)
def check(day: dt.datetime | None, data: str | None) -> None:
    """List every finding, a line each; the exit code is 1 where there is any."""
    from pathlib import Path

    from bot.clock import local, now
    from bot.content import DATA, ContentError, FileContent
    from bot.knowledge.review import review

    try:
        found = review(FileContent(Path(data) if data else DATA), day.date() if day else local(now()).date())
    except ContentError as error:
        raise click.ClickException(str(error)) from None
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} to mend." if found else "Clean.", err=True)
    sys.exit(1 if found else 0)
