"""Two things that Rasa 3.6 works out anew at every turn, worked out once. Nothing about its answers changes."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event


def apply() -> None:
    """Speed up this process."""
    _compile_answer_check()
    # It walks through all classes of events for each event of a tracker
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))


def _compile_answer_check() -> None:
    """Check the action server's answers (raises jsonschema.ValidationError) with a schema that is compiled once.

    Rasa checks its schema against the meta-schema at every answer, which took two thirds of a turn.
    """
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def check(self: RemoteAction, result: Any) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = check
