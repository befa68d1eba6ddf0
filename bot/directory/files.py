"""Read one file of the directory's data and check it against its model."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.content import ContentError, ContentSource

Model = TypeVar("Model", bound=BaseModel)


def read(source: ContentSource, path: str, model: type[Model]) -> Model:
    """The document at `path`, checked. Raises ContentError if it is missing or wrong."""
    folder = path.rpartition("/")[0]
    for document in source.documents(folder):
        if document.path == path:
            return check(document.data, path, model)
    raise ContentError(f"{path} is missing")


def check(data: object, where: str, model: type[Model]) -> Model:
    """`data` as a `model`. Raises ContentError naming `where` and the field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ContentError(f"{where}: {'; '.join(faults)}") from error
