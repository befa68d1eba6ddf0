"""Who may read what was said when alarms are reviewed outside the desk; each reading is in the audit log."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversations import marks
from bot.conversations.database import Database
from bot.conversations.handover import audit
from bot.crypto import Vault, get_vault
from bot.desk import accounts
from bot.desk.accounts import Claim, Wrong


class NotAllowed(Exception):
    """The name, password or code is wrong, or the role does not allow it."""


def reader(database: Database, user: str, password: str, code: str | None) -> Vault:
    """The key to what was said, for a user who may read it. Raises NotAllowed."""
    vault = get_vault()
    with database.read() as session:
        kept = accounts.kept_hash(session, user)
    right = accounts.matches(kept, password)

    def settle(session: Session) -> bool:
        staff = accounts.settle(session, vault, Claim(user, password, code), right)
        if isinstance(staff, Wrong) or staff.must_change or staff.role not in marks.MAY_READ:
            return False
        audit(session, staff, "risk_review")
        return True

    with database.write() as session:
        allowed = settle(session)
    if not allowed:
        raise NotAllowed
    return vault
