"""Conversations: only their token opens them, texts are sealed, and nothing erased comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.conversations import store
from bot.conversations.database import Database
from bot.conversations.tables import (
    Base,
    Conversation,
    Handoff,
    Message,
    StateChange,
    Ticket,
    Tombstone,
    TrackerEvent,
)
from bot.crypto import Vault
from bot.messages import Author, Choice, Reply

Make = Callable[..., str]


def test_only_its_own_token_opens_a_conversation(database: Database, vault: Vault) -> None:
    with database.write() as session:
        (mine, my_token), (other, other_token) = (
            store.create(session, channel="web", area="essex", team="essex", vault=vault) for _ in range(2)
        )
        store.authenticate(session, mine, my_token, vault)
        for chat, token in ((mine, other_token), (mine, ""), (other, my_token), ("nothing", my_token)):
            with pytest.raises(store.Gone):
                store.authenticate(session, chat, token, vault)


def test_what_was_written_cannot_be_read_from_the_file(
    database: Database, vault: Vault, new_chat: Make, tmp_path: Path
) -> None:
    new_chat("he works at the harbour in Harwich")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("vra.db*"))
    assert b"Harwich" not in stored


def test_messages_come_back_in_order_with_all_their_parts(
    database: Database, vault: Vault, new_chat: Make
) -> None:
    chat = new_chat("who can help")
    reply = Reply(text="Who is it for?", choices=[Choice(label="Me", value="say:me")])
    with database.write() as session:
        store.add(session, vault, store.locked(session, chat), reply)
    with database.read() as session:
        said = store.messages(session, vault, chat)
    assert [(m.author, m.reply.text) for m in said] == [
        ("visitor", "who can help"),
        ("assistant", "Who is it for?"),
    ]
    assert said[1].as_json()["choices"] == [{"label": "Me", "value": "say:me"}]


def test_erasing_leaves_nothing_but_a_tombstone(database: Database, vault: Vault, hand_off: Make) -> None:
    chat = hand_off()
    with database.write() as session:
        session.add(TrackerEvent(sender_id=chat, data=b"x"))
        store.new_ticket(session, chat, store.TICKET_PAGE, vault)
        store.erase(session, [chat])
    with database.read() as session:
        for table in (Conversation, Message, Handoff, StateChange, Ticket, TrackerEvent):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
        assert session.scalars(select(Tombstone.conversation_id)).all() == [chat]
        with pytest.raises(store.Gone):
            store.locked(session, chat)


def test_a_late_reply_races_the_erasure(database: Database, vault: Vault, new_chat: Make) -> None:
    """Whoever comes first: in the end there is nothing."""
    for _ in range(20):
        chat, gate = new_chat(), threading.Barrier(2)

        def reply(chat: str = chat, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                with database.write() as session:
                    store.add(session, vault, store.locked(session, chat), Reply(text="late"))
            except store.Gone:
                return

        def erase(chat: str = chat, gate: threading.Barrier = gate) -> None:
            gate.wait()
            with database.write() as session:
                store.erase(session, [chat])

        threads = [threading.Thread(target=work) for work in (reply, erase)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
        assert session.scalar(select(func.count()).select_from(Tombstone)) == 20


def test_a_page_ticket_works_once_and_a_new_page_ends_the_old(
    database: Database, vault: Vault, new_chat: Make
) -> None:
    chat = new_chat()
    with database.write() as session:
        first = store.new_ticket(session, chat, store.TICKET_PAGE, vault)
        second = store.new_ticket(session, chat, store.TICKET_PAGE, vault)
        for spent in (first, "made up"):
            with pytest.raises(store.Gone):
                store.use_ticket(session, spent, store.TICKET_PAGE, vault)
        with pytest.raises(store.Gone):
            store.use_ticket(session, second, store.TICKET_EVENTS, vault)
        assert store.use_ticket(session, second, store.TICKET_PAGE, vault) == chat
        with pytest.raises(store.Gone):
            store.use_ticket(session, second, store.TICKET_PAGE, vault)


def test_no_column_for_what_must_not_be_stored() -> None:
    """Nothing of the device, the network or a profile has a place in the database (design, Confidentiality)."""
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert not names & {"ip", "address", "user_agent", "referrer", "username", "phone", "text", "profile"}


def test_visitor_messages_and_answers_belong_to_one_turn(
    database: Database, vault: Vault, new_chat: Make
) -> None:
    chat = new_chat()
    with database.write() as session:
        conversation = store.locked(session, chat)
        mine = store.add(session, vault, conversation, Reply(author=Author.VISITOR, text="a"), client_id="1")
        store.add_replies(session, vault, conversation, [Reply(text="b"), Reply(text="c")], mine.id)
        found = store.by_client_id(session, chat, "1")
        assert found is not None
        assert [m.reply.text for m in store.of_turn(session, vault, chat, found.id)] == ["a", "b", "c"]
