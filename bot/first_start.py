"""Makes, before any process starts, what all of them share: schema, key, first user. `python -m bot.first_start`.

Prints one JSON object, `{"password": the first user's one-time password or null}`. Exit code 1 and one sentence on
standard error where the database cannot be used with this key. A process of its own, so that the supervisor stays
small and SQLAlchemy's memory goes with it.
"""

from __future__ import annotations

import argparse
import json
import sys

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.database import check_key, get_database, migrate
from bot.conversations.tables import KeyCheck
from bot.crypto import KeyProblem, get_vault, make_key_file
from bot.desk.accounts import first_user
from bot.settings import Settings, get_settings


def make_shared(settings: Settings) -> None:
    """Bring the schema up to date and see that the key fits. Raises KeyProblem.

    A key is made only for a database that has none: one made beside a database whose key is lost would hide the loss.
    """
    database = get_database()
    migrate(database.engine)
    with database.read() as session:
        is_new = session.get(KeyCheck, 1) is None
    if is_new:
        make_key_file(settings)
    check_key(database, get_vault())


def make_first_user(settings: Settings) -> str | None:
    """The one-time password of `admin`, or None where there are users."""
    with get_database().write() as session:
        return first_user(session, settings.areas[0])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.first_start", description="Schema, key, first user.")
    parser.add_argument("--first-user", action="store_true", help="make the first user where there is none")
    wanted, settings = parser.parse_args().first_user, get_settings()
    try:
        make_shared(settings)
        password = make_first_user(settings) if wanted else None
    except KeyProblem as problem:
        sys.exit(str(problem))
    except CommandError:
        sys.exit("The database belongs to a newer version of this program.")
    except SQLAlchemyError as error:
        # The driver's first line says why, such as that no server answers; it holds no data
        why = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        sys.exit(f"The database cannot be used: {why}.")
    except OSError as error:
        sys.exit(f"The data folder cannot be used: {error.strerror}: {error.filename}.")
    print(json.dumps({"password": password}))


if __name__ == "__main__":
    main()
