"""What staff thought of alarms, for `vra risk review`: without text, and with it only for whoever may read it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import store
from bot.conversations.person_tables import Mark
from bot.conversations.tables import Conversation, Handoff
from bot.crypto import Vault
from bot.messages import Author

Judged = Literal["right", "too_high", "too_low"]
MARKS: tuple[Judged, ...] = get_args(Judged)
MAY_READ = ("supervisor", "safeguarding", "administrator")


def mark(session: Session, vault: Vault, handoff: Handoff, judged: str, outcome: str | None) -> None:
    """Note what somebody thinks of the alarm that opened a hand-off. Raises ValueError."""
    if judged not in MARKS:
        raise ValueError(f"mark must be one of {', '.join(MARKS)}")
    evidence = vault.open(handoff.evidence)
    session.add(
        Mark(
            conversation_id=handoff.conversation_id,
            area=handoff.area,
            team=handoff.team,
            at=now(),
            mark=judged,
            level=handoff.level,
            categories=handoff.categories,
            rules=[e["rule"] for e in evidence],
            outcome=outcome,
        )
    )


def review(session: Session, vault: Vault | None = None) -> list[dict[str, Any]]:
    """All marks, newest first; with a vault also what the visitor wrote, as long as it is kept."""
    found = []
    for row in session.scalars(select(Mark).order_by(Mark.id.desc())):
        line: dict[str, Any] = {
            "id": row.id,
            "at": row.at.isoformat(),
            "mark": row.mark,
            "level": row.level,
            "categories": row.categories,
            "rules": row.rules,
            "outcome": row.outcome,
        }
        if vault is not None:
            line["said"] = _said(session, vault, row.conversation_id)
        found.append(line)
    return found


def _said(session: Session, vault: Vault, conversation_id: str) -> list[str] | None:
    """The visitor's messages; None once retention or the visitor has taken them."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.deleted_at is not None:
        return None
    said = store.messages(session, vault, conversation_id)
    return [m.reply.text for m in said if m.author == Author.VISITOR.value]
