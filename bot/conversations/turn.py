"""One message, from left to right: `take_turn()`. The order is the point (design, "One message").

Nothing that can fail or be slow stands before the risk assessment and its safety message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversations import asides, handoffs, queue, store
from bot.conversations.consequences import (
    answers,
    is_news,
    needs_person,
    pass_on,
    spoken,
    with_concern,
)
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.handoffs import ASSISTANT, CLOSED, STAFF, WAITING, Alarm
from bot.conversations.incoming import Said
from bot.conversations.locks import turn_lock
from bot.conversations.outcomes import NotSaved, TooMany, Turn, Unanswered
from bot.conversations.rasa import RasaAnswer, RasaClient, RasaUnavailable
from bot.conversations.rates import message_wait
from bot.conversations.second_look import SecondLook
from bot.conversations.seeing import see
from bot.conversations.tables import Conversation
from bot.conversations.who_is_there import language_card, place_words, second_words
from bot.crypto import Vault
from bot.logs import describe
from bot.messages import Author, Reply
from bot.risk import Level, RiskAssessment, safety
from bot.risk.model import ENGLISH
from bot.risk.safety import PERSON
from bot.settings import Settings

STORE_WITHIN_S = 2.0
PAUSE_S = 0.1
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Received:
    turn: int
    in_charge: str
    text: str = ""  # as it was stored: without what had to be blacked out
    repeated: bool = False
    queued: bool = False
    fresh: bool = False
    answered: bool = False
    wait_s: int = 0


class Turns:
    """Takes visitors' turns for every channel of this process."""

    def __init__(
        self, database: Database, vault: Vault, rasa: RasaClient, watcher: Watcher, settings: Settings
    ) -> None:
        self.database, self.vault, self.rasa, self.watcher, self.settings = (
            database,
            vault,
            rasa,
            watcher,
            settings,
        )
        self.second_look = SecondLook(database, vault, watcher)

    async def take_turn(self, conversation_id: str, said: Said) -> Turn:
        """Assess, store, answer. Raises store.Gone, NotSaved, TooMany, Unanswered."""
        assessment = RiskAssessment() if asides.is_ours(said) else await see(said.text)
        if said.choice == PERSON:
            assessment = replace(assessment, wants_person=True)
        received = await self._receive(conversation_id, said, assessment)
        try:
            if received.repeated:
                await self._wait_for_answer(conversation_id, received.turn)
            else:
                await self._answer_new(conversation_id, said, assessment, received)
            return await self._outcome(conversation_id, received)
        except store.Gone:
            raise
        except Exception as error:
            log.error("a turn could not be ended: %s", describe(error))
            raise Unanswered(spoken(assessment) or [safety.static_reply()]) from None

    async def _answer_new(
        self, conversation_id: str, said: Said, assessment: RiskAssessment, received: _Received
    ) -> None:
        """What counts is the message with those before it, except where it was an answer to us, or our own button."""
        if not (received.answered or asides.is_ours(said)):
            counts = await self.second_look.take(conversation_id, received.turn, received.text, assessment)
            if counts is not assessment:
                assessment, received = counts, replace(received, queued=True, fresh=True)
        await self._reply(conversation_id, said, assessment, received)

    async def _reply(
        self, conversation_id: str, said: Said, assessment: RiskAssessment, received: _Received
    ) -> None:
        """Who is there, then the answer. Whatever fails here, the turn ends with something said, never in silence."""
        try:
            if received.queued:
                await self._say_who_is_there(conversation_id, received.turn, assessment)
            if received.in_charge == STAFF or received.answered or not answers(assessment):
                return
            if assessment.language == ENGLISH or said.choice:
                await self._answer(conversation_id, said, assessment, received)
            elif assessment.level < Level.URGENT:
                await self._say(
                    conversation_id, received.turn, assessment, language_card, (ASSISTANT, WAITING)
                )
        except Exception as error:
            log.error("a turn failed after its message was stored: %s", describe(error))
            await self._write(lambda session: self._say_static(session, conversation_id, received.turn))

    async def _wait_for_answer(self, conversation_id: str, turn: int) -> None:
        """For a message sent twice: its answer may be under way, or have died with the process that took it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.rasa_timeout_s + STORE_WITHIN_S):
                # Another process may be answering: there is no event that could be awaited
                while await self.database.look(self._unanswered, conversation_id, turn):  # noqa: ASYNC110
                    await asyncio.sleep(PAUSE_S)
                return
        await self._write(lambda session: self._say_static_once(session, conversation_id, turn))

    def _unanswered(self, session: Session, conversation_id: str, turn: int) -> bool:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None or conversation.in_charge not in (ASSISTANT, WAITING):
            return False
        return len(store.of_turn(session, self.vault, conversation_id, turn)) == 1

    def _say_static_once(self, session: Session, conversation_id: str, turn: int) -> None:
        store.locked(session, conversation_id)
        if self._unanswered(session, conversation_id, turn):
            self._say_static(session, conversation_id, turn)

    def _say_static(self, session: Session, conversation_id: str, turn: int) -> None:
        conversation = store.locked(session, conversation_id)
        if conversation.in_charge in (ASSISTANT, WAITING):
            store.add(session, self.vault, conversation, safety.static_reply(), turn=turn)

    async def alarm_only(self, conversation_id: str, assessment: RiskAssessment) -> None:
        """Open the hand-off for a message that could not be taken itself. Never raises: its caller must answer."""
        if not needs_person(assessment):
            return
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                await self.database.run(self._raise_alarm, conversation_id, assessment)
        except Exception as error:
            log.error("an alarm could not be stored: %s", describe(error))
        self.watcher.wake()

    def _raise_alarm(self, session: Session, conversation_id: str, assessment: RiskAssessment) -> None:
        conversation = store.locked(session, conversation_id)
        pass_on(session, self.vault, conversation, assessment)

    async def _receive(self, conversation_id: str, said: Said, assessment: RiskAssessment) -> _Received:
        """Step 2: message, safety message and hand-off in one transaction."""
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                received = await self.database.run(self._store, conversation_id, said, assessment)
        except store.Gone:
            raise
        except Exception as error:
            log.error("a message could not be stored: %s", describe(error))
            raise NotSaved(spoken(assessment)) from None
        self.watcher.wake()
        if received.wait_s:
            raise TooMany(received.wait_s, spoken(assessment))
        return received

    def _store(
        self, session: Session, conversation_id: str, said: Said, assessment: RiskAssessment
    ) -> _Received:
        conversation = store.locked(session, conversation_id)
        if said.client_id and (known := store.by_client_id(session, conversation_id, said.client_id)):
            return _Received(known.id, conversation.in_charge, repeated=True)
        heard = said
        said, assessment = asides.discreet(session, conversation, said, assessment)
        if wait := message_wait(session, conversation_id, self.settings.messages_per_minute):
            pass_on(session, self.vault, conversation, assessment)
            return _Received(0, conversation.in_charge, wait_s=wait)
        fresh = is_news(conversation, assessment)
        message = store.add(
            session,
            self.vault,
            conversation,
            Reply(author=Author.VISITOR, text=said.text),
            level=assessment.level.value,
            client_id=said.client_id,
        )
        if fresh and (safe := safety.safety_reply(assessment)):
            store.add(session, self.vault, conversation, safe, turn=message.id)
        if conversation.in_charge == CLOSED:
            store.change_state(session, conversation, ASSISTANT, by="visitor", reason="wrote_again")
        pass_on(session, self.vault, conversation, assessment)
        waits = conversation.in_charge == WAITING
        queued = waits and (assessment.wants_person or (fresh and needs_person(assessment)))
        own = asides.answer(session, self.vault, conversation, heard, assessment, self.settings)
        if own is not None:
            store.add(session, self.vault, conversation, own, turn=message.id)
        elif fresh and needs_person(assessment) and asides.still_declined(session, conversation):
            asides.say_still_declined(session, self.vault, conversation, message.id)
        return _Received(
            message.id,
            conversation.in_charge,
            said.text,
            queued=queued,
            fresh=fresh,
            answered=own is not None,
        )

    async def _say_who_is_there(self, conversation_id: str, turn: int, assessment: RiskAssessment) -> None:
        """The second message: what is true about a person at this moment."""
        await self._say(conversation_id, turn, assessment, second_words, (WAITING,))

    async def _say(
        self,
        conversation_id: str,
        turn: int,
        assessment: RiskAssessment,
        words: Callable[[Session, Conversation, RiskAssessment, Settings], Reply],
        while_in_charge: tuple[str, ...],
    ) -> None:
        def say(session: Session) -> None:
            conversation = store.locked(session, conversation_id)
            if conversation.in_charge in while_in_charge:
                reply = words(session, conversation, assessment, self.settings)
                store.add(session, self.vault, conversation, reply, turn=turn)

        await self._write(say)

    async def _answer(
        self, conversation_id: str, said: Said, assessment: RiskAssessment, received: _Received
    ) -> None:
        """Steps 4 and 5: the assistant's answer, dropped where a person took over or the chat was erased."""
        answer = await self._ask(conversation_id, said)
        replies = with_concern(answer.replies, assessment) if received.fresh else answer.replies

        def say(session: Session) -> bool:
            conversation = store.locked(session, conversation_id)
            if conversation.in_charge not in (ASSISTANT, WAITING):
                return False
            store.add_replies(session, self.vault, conversation, replies, received.turn)
            if answer.place:
                place = place_words(session, conversation, self.settings)
                store.add(session, self.vault, conversation, place, turn=received.turn)
            if answer.person:
                handoffs.open_handoff(session, self.vault, conversation, Alarm(Level.NONE))
            return answer.person

        if await self._write(say):
            await self._say_who_is_there(conversation_id, received.turn, assessment)

    async def _ask(self, conversation_id: str, said: Said) -> RasaAnswer:
        if said.choice and said.choice.startswith("safety:"):
            known = safety.safety_choice(said.choice.removeprefix("safety:"))
            return RasaAnswer([known or safety.static_reply()])
        try:
            async with asyncio.timeout(self.settings.rasa_timeout_s):
                async with turn_lock(self.database, conversation_id):
                    return await self.rasa.ask(conversation_id, said)
        except (RasaUnavailable, TimeoutError, SQLAlchemyError) as error:
            log.warning("the static answer was given: %s", str(error) or type(error).__name__)
            return RasaAnswer([safety.static_reply()])

    async def _write(self, work: Callable[[Session], object]) -> bool:
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                done = await self.database.run(work)
        except store.Gone:
            # Erased while it was being answered: what comes late is dropped
            return False
        self.watcher.wake()
        return bool(done)

    async def _outcome(self, conversation_id: str, received: _Received) -> Turn:
        def look(session: Session) -> Turn:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None:
                raise store.Gone(conversation_id)
            said = store.of_turn(session, self.vault, conversation_id, received.turn)
            return Turn(said, conversation.in_charge, queue.position(session, conversation_id))

        async with asyncio.timeout(STORE_WITHIN_S):
            return await self.database.look(look)
