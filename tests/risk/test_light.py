"""The floor works with everything heavy away: `web` answers with it in the first second."""

import subprocess
import sys

CODE = """
import sys
from bot.risk import assess
from bot.risk.safety import safety_reply, static_reply
found = assess("he's outside with a knife")
assert found.mode == "floor", found
assert "999" in safety_reply(found).text and static_reply().text
heavy = {"spacy", "numpy", "scipy", "sklearn", "rasa", "sqlalchemy", "fastapi", "onnxruntime"} & set(sys.modules)
assert not heavy, heavy
"""


def test_the_floor_needs_no_heavy_import() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
