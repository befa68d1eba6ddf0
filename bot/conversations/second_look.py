"""What one message alone does not show, looked at after it is stored: what several of them say together, and on which
words a learned alarm rests.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import handoffs, store
from bot.conversations.consequences import is_news, needs_person, pass_on
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.handoffs import Alarm
from bot.conversations.seeing import see_together, see_why
from bot.conversations.tables import Conversation, Handoff, Message
from bot.crypto import Vault
from bot.interface import interface
from bot.logs import describe
from bot.messages import Author
from bot.risk import Level, RiskAssessment, safety, together
from bot.risk.safety import PERSON

log = logging.getLogger(__name__)


class SecondLook:
    """Looks at the conversation around a message; nothing that it fails at costs the visitor an answer."""

    def __init__(self, database: Database, vault: Vault, watcher: Watcher) -> None:
        self.database, self.vault, self.watcher = database, vault, watcher
        self._explaining: set[asyncio.Task[None]] = set()

    async def take(self, conversation_id: str, turn: int, text: str, alone: RiskAssessment) -> RiskAssessment:
        """The assessment that counts, alone or together; the words of learned evidence follow later."""
        self._explain_later(conversation_id, text, alone)
        return await self._rise(conversation_id, turn, text, alone)

    async def _rise(
        self, conversation_id: str, turn: int, text: str, alone: RiskAssessment
    ) -> RiskAssessment:
        """That of the last messages together where they are more than all before, with their safety message and
        the hand-off stored; else `alone`."""
        if alone.level >= Level.EMERGENCY:
            return alone
        try:
            before, level = await self.database.look(self._before, conversation_id, turn)
            if not before:
                return alone
            risen = await see_together([*before, text])
            if risen.level <= max(level, alone.level) or not needs_person(risen):
                return alone
            await self.database.run(self._raise, conversation_id, turn, risen)
        except store.Gone:
            raise
        except Exception as error:
            log.error("messages could not be looked at together: %s", describe(error))
            return alone
        self.watcher.wake()
        self._explain_later(conversation_id, "\n".join([*before, text]), risen)
        return risen

    def _explain_later(self, conversation_id: str, text: str, found: RiskAssessment) -> None:
        """Find the words that learned evidence rests on, for staff, while the visitor has the answer already."""
        if not needs_person(found) or all(item.words for item in found.evidence):
            return
        task = asyncio.create_task(self._explain(conversation_id, text, found))
        self._explaining.add(task)
        task.add_done_callback(self._explaining.discard)

    async def _explain(self, conversation_id: str, text: str, found: RiskAssessment) -> None:
        try:
            explained = await see_why(text, found)
            await self.database.run(self._write_words, conversation_id, Alarm.of(explained))
        except store.Gone:
            return
        except Exception as error:
            log.error("an alarm could not be explained: %s", describe(error))
            return
        self.watcher.wake()

    def _before(self, session: Session, conversation_id: str, turn: int) -> tuple[list[str], Level]:
        policy = together()
        since = now() - dt.timedelta(minutes=policy.minutes)
        # What staff have dealt with is no part of what comes after
        over = select(func.max(Handoff.closed_at)).where(Handoff.conversation_id == conversation_id)
        if (ended := session.scalar(over)) is not None:
            since = max(since, ended)
        query = select(Message).where(Message.conversation_id == conversation_id, Message.id < turn)
        query = query.where(Message.author == Author.VISITOR.value)
        query = query.where(Message.at > since)
        latest = session.scalars(query.order_by(Message.id.desc()).limit(policy.messages - 1))
        said = (stored.reply.text for stored in store.opened(self.vault, latest))
        # The words of our own button say nothing about danger
        texts = [text for text in said if text != interface().labels[PERSON]]
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise store.Gone(conversation_id)
        return texts[::-1], Level(conversation.level)

    def _raise(self, session: Session, conversation_id: str, turn: int, risen: RiskAssessment) -> None:
        conversation = store.locked(session, conversation_id)
        if is_news(conversation, risen) and (safe := safety.safety_reply(risen)):
            store.add(session, self.vault, conversation, safe, turn=turn)
        pass_on(session, self.vault, conversation, risen)

    def _write_words(self, session: Session, conversation_id: str, alarm: Alarm) -> None:
        store.locked(session, conversation_id)
        handoff = handoffs.open_one(session, conversation_id)
        if handoff is None:
            return
        words = {_place(item): item for item in alarm.evidence}
        kept = self.vault.open(handoff.evidence)
        handoff.evidence = self.vault.seal(
            [item if item["words"] else words.get(_place(item), item) for item in kept]
        )
        store.tell(session, conversation_id, "state")


def _place(item: dict[str, str]) -> tuple[str, str, str]:
    return item["rule"], item["category"], item["level"]
