"""The Victims' Code as reviewed entries: loading, checking, finding and rendering them.

A plain library: it knows neither Rasa nor the web nor the database.
"""

from bot.knowledge.answer import Answer, KnowledgeBase, Outcome, ask_record, chosen
from bot.knowledge.lookup import Hit

__all__ = ["Answer", "Hit", "KnowledgeBase", "Outcome", "ask_record", "chosen"]
