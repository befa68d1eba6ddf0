"""The directory of services: which ones fit this person, in this place, at this hour.

A plain library: it imports neither Rasa nor the web nor the database. `Directory(source)` is the way in.
"""

from bot.directory.directory import Directory, Found
from bot.directory.places import PlaceResult, Places
from bot.directory.understand import Query

__all__ = ["Directory", "Found", "PlaceResult", "Places", "Query"]
