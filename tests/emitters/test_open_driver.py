"""Finding drivers and making the one that the options choose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import driver_kinds, open_driver
from contracts.emitters.captures import CapturesDriver
from contracts.emitters.python import PythonDriver
from contracts.errors import MisuseError, Where

EMIT = "tests.emitters.in_process:silent"


def test_drivers_are_found_by_their_files() -> None:
    """Each driver's option is there once, in a steady order."""
    names = [kind.option.name for kind in driver_kinds()]
    assert {"captures", "python"} <= set(names)
    assert names == sorted(set(names))


def test_shared_options_agree() -> None:
    """An option that several drivers have means the same in each, so that it can be offered once."""
    offered: dict[str, Any] = {}
    for kind in driver_kinds():
        for option in (kind.option, *kind.shared):
            assert offered.setdefault(option.name, option) == option


def test_a_new_driver_is_a_new_file(tmp_path: Path) -> None:
    """A module with a KIND beside the others is a driver, without a change elsewhere."""
    (tmp_path / "pigeon.py").write_text(
        "from contracts.model.driver import DriverKind, DriverOption\n"
        "KIND = DriverKind(DriverOption('pigeon', 'LOFT', 'By pigeon.'), open=lambda options: options.get('pigeon'))\n"
    )
    program = (
        "import sys, contracts.emitters as emitters\n"
        "emitters.__path__.append(sys.argv[1])\n"
        "print(emitters.open_driver({'pigeon': 'north'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("north\n", "")


def test_finding_drivers_loads_no_library() -> None:
    """Whoever lists or opens drivers doesn't pay for requests, responses or urllib3."""
    program = (
        "import sys; from contracts.emitters import driver_kinds, open_driver\n"
        f"driver_kinds(); open_driver({{'python': '{EMIT}'}})\n"
        "print(sorted({'requests', 'responses', 'urllib3', 'http.server', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_settings_and_command_line_say_the_same() -> None:
    """A settings table with numbers and dashes makes the driver that click's values make."""
    from_settings = open_driver({"python": EMIT, "settle": 2, "timeout": 1.5, "one-at-a-time": True})
    from_click = open_driver(
        {"python": EMIT, "settle": "2s", "timeout": "1500ms", "one_at_a_time": True, "captures": (), "allow": ()}
    )
    assert isinstance(from_settings, PythonDriver)
    assert from_settings == from_click
    assert (from_settings.terms.settle, from_settings.terms.timeout) == (2.0, 1.5)


def test_nothing_said_is_nothing_chosen(tmp_path: Path) -> None:
    """None, False and an empty tuple, as click hands them in, choose nothing; zero is a value."""
    file = tmp_path / "captures"
    file.touch()
    options: dict[str, Any] = {"captures": [str(file)], "python": None, "one_at_a_time": False, "allow": ()}
    assert open_driver(options) == CapturesDriver((str(file),))
    driver = open_driver({"python": EMIT, "settle": 0})
    assert isinstance(driver, PythonDriver)
    assert driver.terms.settle == 0.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no way to the emitter was chosen"),
        ({"captures": []}, "no way to the emitter was chosen"),
        ({"python": EMIT, "captures": "x"}, "--captures and --python are different ways to the emitter"),
        ({"pyhton": EMIT}, r"no emitter option is called 'pyhton' \(did you mean 'python'\?\)"),
        ({"python": EMIT, "setle": 1}, r"no emitter option is called 'setle' \(did you mean 'settle'\?\)"),
        ({"captures": "x", "allow": ["db"]}, "--allow belongs to --python, not to --captures"),
        ({"python": [EMIT, EMIT]}, "--python was said 2 times"),
        ({"python": ""}, "--python needs a value: MODULE:NAME"),
        ({"python": True}, "--python needs a value: MODULE:NAME"),
        ({"python": EMIT, "one-at-a-time": "yes"}, "--one-at-a-time takes no value"),
        ({"python": EMIT, "settle": "soon"}, "--settle: 'soon' is no duration between 0 and a week"),
        ({"python": EMIT, "settle": -1}, "--settle: '-1' is no duration"),
        ({"python": EMIT, "timeout": float("nan")}, "--timeout: 'nan' is no duration"),
        ({"python": EMIT, "timeout": "8d"}, "--timeout: '8d' is no duration"),
        ({"python": EMIT, "timeout": "200h"}, "--timeout: '200h' is no duration"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    """What is wrong is said with the place and the next step."""
    with pytest.raises(MisuseError, match=message) as raised:
        open_driver(options, where=Where("pyproject.toml", 7))
    assert raised.value.where == Where("pyproject.toml", 7)
    if "settle" not in options and "timeout" not in options:
        assert raised.value.next_step
