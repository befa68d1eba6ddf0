"""What every visitor channel does with a conversation: begin, say, look, leave, delete."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.errors import Problem
from bot.clock import now
from bot.conversations import callbacks, handoffs, queue, return_codes, safeguarding, store
from bot.conversations.consequences import spoken
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.incoming import MAX_CHARS, Refused, Said, clean, tidy
from bot.conversations.outcomes import NotSaved, TooMany, Turn, Unanswered
from bot.conversations.rates import count_in_hour
from bot.conversations.seeing import see
from bot.conversations.tables import Conversation, Message
from bot.conversations.turn import STORE_WITHIN_S, Turns
from bot.conversations.who_is_there import RETURN
from bot.crypto import Vault
from bot.interface import interface
from bot.messages import Reply
from bot.risk import Level, assess, safety
from bot.risk.safety import PERSON
from bot.settings import Settings

CHILD = "child"
RECENT = 30
# Below all of `errors.unsaved_messages`
NOT_KEPT = -100
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """Who is in charge, in a word for programs and a sentence for people; how many wait before, while waiting."""

    in_charge: str
    before: int | None

    @classmethod
    def of(cls, session: Session, conversation: Conversation) -> State:
        """The state of a conversation now."""
        return cls(conversation.in_charge, queue.position(session, conversation.id))

    def as_json(self) -> dict[str, Any]:
        """As the API tells it; `queue_position` counts from 1 and is there only while waiting."""
        found: dict[str, Any] = {
            "in_charge": self.in_charge,
            "in_charge_words": interface().in_charge[self.in_charge],
        }
        return found if self.before is None else {**found, "queue_position": self.before + 1}


class Visitors:
    """Visitors' actions for the web page, its API and other channels."""

    def __init__(
        self, database: Database, vault: Vault, turns: Turns, watcher: Watcher, settings: Settings
    ) -> None:
        self.database, self.vault, self.turns, self.watcher, self.settings = (
            database,
            vault,
            turns,
            watcher,
            settings,
        )

    async def begin(self, *, channel: str, address: str | None, greeting: Reply) -> tuple[str, str]:
        """A new conversation: id and token. Raises Problem 429 or 503."""
        area = self.settings.areas[0]

        def make(session: Session) -> tuple[str, str] | int:
            limit = self.settings.new_chats_per_hour
            if address and limit:
                wait = count_in_hour(session, self.vault.keyed_hash(f"address {address}"), limit)
                if wait:
                    return wait
            made = store.create(session, channel=channel, area=area, team=area, vault=self.vault)
            store.add(session, self.vault, store.locked(session, made[0]), greeting)
            return made

        try:
            made = await self.database.run(make)
        except SQLAlchemyError as error:
            log.error("a conversation could not begin: %s", type(error).__name__)
            raise Problem(503, "broken") from None
        if isinstance(made, int):
            raise Problem(429, "too_many_chats", retry_after=made, minutes=-(-made // 60))
        return made

    async def authenticate(self, conversation_id: str, token: str, text: str | None = None) -> None:
        """Raise Problem 404 unless the token opens the conversation.

        Where that cannot be looked up, the Problem 503 says what must be said to `text` all the same.
        """
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                await self.database.look(store.authenticate, conversation_id, token, self.vault)
        except store.Gone:
            raise Problem(404, "not_found") from None
        except (SQLAlchemyError, TimeoutError) as error:
            log.error("a token could not be checked: %s", type(error).__name__)
            raise Problem(503, "broken") if text is None else not_saved(text) from None

    async def say(
        self, conversation_id: str, text: str | None, choice: str | None, client_id: str | None
    ) -> Turn:
        """Take one message or choice. Raises Problem; safety messages are given in every case."""
        if choice == RETURN:
            return await self._return_code(conversation_id)
        said = await self._said(conversation_id, text, choice, client_id)
        try:
            return await self.turns.take_turn(conversation_id, said)
        except store.Gone:
            raise Problem(404, "not_found") from None
        except TooMany as error:
            raise Problem(
                429,
                "too_many_messages",
                replies=error.replies,
                retry_after=error.wait_s,
                seconds=error.wait_s,
            ) from None
        except NotSaved as error:
            raise Problem(503, "not_saved", replies=error.replies) from None
        except Unanswered as error:
            raise Problem(503, "broken", replies=error.replies) from None

    async def _return_code(self, conversation_id: str) -> Turn:
        """A turn that shows a new return code, which no stored message holds."""

        def make(session: Session) -> Turn:
            reply = return_codes.issue(session, self.vault, conversation_id, self.settings)
            state = State.of(session, session.get_one(Conversation, conversation_id))
            return Turn([once(reply)], state.in_charge, state.before)

        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                return await self.database.run(make)
        except store.Gone:
            raise Problem(404, "not_found") from None
        except (SQLAlchemyError, TimeoutError) as error:
            log.error("a return code could not be made: %s", type(error).__name__)
            raise Problem(503, "broken") from None

    async def rejoin(self, typed: str, address: str | None) -> tuple[str, str]:
        """The chat that a return code opens: id and new token.

        Raises Problem 404, 429 or 503, with what must be said to what was typed instead of a code.
        """
        limit = self.settings.return_tries_per_hour

        def enter(session: Session) -> tuple[str, str] | int | None:
            if address and limit:
                wait = count_in_hour(session, self.vault.keyed_hash(f"return {address}"), limit)
                if wait:
                    return wait
            return return_codes.rejoin(session, self.vault, typed, self.settings)

        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                found = await self.database.run(enter)
        except (SQLAlchemyError, TimeoutError) as error:
            log.error("a return code could not be looked up: %s", type(error).__name__)
            raise Problem(503, "broken", replies=spoken(await see(tidy(typed)))) from None
        if isinstance(found, tuple):
            self.watcher.wake()
            return found
        replies = spoken(await see(tidy(typed)))
        if found is None:
            raise Problem(404, "code_unknown", field="code", replies=replies)
        raise Problem(429, "too_many_codes", replies=replies, retry_after=found, minutes=-(-found // 60))

    async def _said(
        self, conversation_id: str, text: str | None, choice: str | None, client_id: str | None
    ) -> Said:
        if choice is not None:
            command = None if choice.startswith("say:") else choice
            return Said(await self._label(conversation_id, choice), command, client_id)
        try:
            return Said(clean(text or ""), None, client_id)
        except Refused as error:
            assessment = assess(tidy(text or ""))
            await self.turns.alarm_only(conversation_id, assessment)
            raise Problem(
                422, error.code, field="text", replies=spoken(assessment), limit=MAX_CHARS
            ) from None

    async def _label(self, conversation_id: str, choice: str) -> str:
        """The words on the button; a choice that was never offered in this conversation is refused."""
        if choice == PERSON:
            return interface().labels["person"]
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                offered = await self.database.look(self._offered, conversation_id)
        except (SQLAlchemyError, TimeoutError) as error:
            log.error("a choice could not be looked up: %s", type(error).__name__)
            known = safety.safety_choice(choice)
            raise Problem(503, "not_saved", replies=[known] if known else []) from None
        if choice not in offered:
            raise Problem(422, "invalid", field="choice")
        return choice.removeprefix("say:") if choice.startswith("say:") else offered[choice]

    def _offered(self, session: Session, conversation_id: str) -> dict[str, str]:
        since = select(func.coalesce(Conversation.shown_after, 0)).where(Conversation.id == conversation_id)
        mine = and_(Message.conversation_id == conversation_id, Message.id > since.scalar_subquery())
        query = select(Message).where(mine).order_by(Message.id.desc())
        said = store.opened(self.vault, session.scalars(query.limit(RECENT)))
        return {choice.value: choice.label for message in reversed(said) for choice in message.reply.choices}

    async def look(self, conversation_id: str, after: int = 0) -> tuple[list[store.Stored], State]:
        """What was said, and who is in charge. Raises Problem 404."""
        return await self.database.look(self._look, conversation_id, after)

    def _look(self, session: Session, conversation_id: str, after: int) -> tuple[list[store.Stored], State]:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise Problem(404, "not_found")
        said = store.shown(session, self.vault, conversation, after)
        return said, State.of(session, conversation)

    async def leave(self, conversation_id: str) -> None:
        """The visitor is gone: nothing is offered to whoever looks next; an open hand-off lives on a while."""

        def go(session: Session) -> None:
            conversation = store.locked(session, conversation_id)
            conversation.left_at = now()
            store.forget_visitor(session, conversation)

        try:
            await self.database.run(go)
        except store.Gone:
            return
        self.watcher.wake()

    async def delete(self, conversation_id: str) -> bool:
        """Erase the chat everywhere; True if it is only hidden, because staff deal with an emergency, a child or a
        safeguarding matter.

        Design, "Confidentiality": the exception is said beside the button.
        """

        def end(session: Session) -> bool:
            conversation = store.locked(session, conversation_id)
            callbacks.forget(session, conversation_id)
            return_codes.revoke(session, conversation_id)
            if not kept_for_staff(session, conversation):
                store.erase(session, [conversation_id])
                return False
            conversation.deleted_at = now()
            store.forget_visitor(session, conversation)
            store.forget_tracker(session, conversation_id)
            return True

        try:
            hidden = await self.database.run(end)
        except store.Gone:
            raise Problem(404, "not_found") from None
        self.watcher.wake()
        return hidden


def once(reply: Reply) -> store.Stored:
    """A message that is shown and not kept: its id is below zero, as that of all that was not stored."""
    return store.Stored(NOT_KEPT, now().isoformat(), reply.author.value, None, None, reply)


def not_saved(text: str) -> Problem:
    """What a visitor is told whose words could not be stored: their risk is seen all the same."""
    return Problem(503, "not_saved", replies=spoken(assess(tidy(text))))


def kept_for_staff(session: Session, conversation: Conversation) -> bool:
    """Whether staff need the chat: claimed by them and an emergency or about a child, until they close it.

    It stays claimed where its worker let go of it or lost the connection: nobody has closed it. So, too, while a
    safeguarding matter about it is open.
    """
    if safeguarding.keeps(session, conversation.id):
        return True
    handoff = handoffs.open_one(session, conversation.id)
    if handoff is None:
        return False
    serious = handoff.level == Level.EMERGENCY.value or any(CHILD in c for c in handoff.categories)
    return serious and handoffs.was_claimed(session, handoff)
