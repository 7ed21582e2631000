"""Only a full, green run in one process writes; any other says why and leaves every byte as it was."""

from __future__ import annotations

import json

import pytest

from contracts.testing.project import Project
from tests.consumer.conftest import EXPECTATIONS, MakeProject

LOST = 'def test_kept(expect):\n    expect("parcel_lost", "it is kept", reads=["id"])\n'
FAILING = "def test_else():\n    assert False\n"


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        ({"consumer_tests/test_else.py": FAILING}, 1, "a consumer test failed"),
        (
            {"consumer_tests/test_parcels.py": EXPECTATIONS.replace("handler(expect(", "assert 0, (expect(", 1)},
            1,
            "a consumer test failed",
        ),
        (
            {"consumer_tests/test_parcels.py": f"import pytest\npytestmark = pytest.mark.skip\n{EXPECTATIONS}"},
            1,
            "didn't pass",
        ),
        (
            {"consumer_tests/test_parcels.py": f"import pytest\npytestmark = pytest.mark.xfail\n{EXPECTATIONS}"},
            1,
            "didn't pass",
        ),
        (
            {"consumer_tests/test_parcels.py": f"import pytest\npytest.importorskip('nowhere')\n{EXPECTATIONS}"},
            2,
            "there are no tests in this folder",
        ),
        (
            {"consumer_tests/test_lost.py": f"import pytest\npytest.importorskip('nowhere')\n{LOST}"},
            1,
            "consumer_tests/test_lost.py wasn't collected: Skipped: could not import 'nowhere'",
        ),
        (
            {"consumer_tests/depot/test_lost.py": f"import pytest\npytest.skip('no', allow_module_level=True)\n{LOST}"},
            1,
            "consumer_tests/depot/test_lost.py wasn't collected: Skipped: no",
        ),
        (
            {
                "consumer_tests/test_lost.py": "import nowhere",
                "pytest.ini": "[pytest]\naddopts = --continue-on-collection-errors\n",
            },
            1,
            "a consumer test failed",
        ),
        ({"pytest.ini": "[pytest]\naddopts = -k weighed\n"}, 1, "was deselected"),
        (
            {"pytest.ini": "[pytest]\naddopts = -k nothing\n"},
            2,
            "no test was chosen: 6 in this folder, all deselected",
        ),
        ({"pytest.ini": "[pytest]\naddopts = --ignore=consumer_tests/test_other.py\n"}, 1, "--ignore was given"),
        ({"pytest.ini": "[pytest]\naddopts = --collect-only\n"}, 1, "--collectonly was given"),
        ({"consumer_tests/test_else.py": "def test(:"}, 2, "pytest ended before every consumer test had run"),
        ({"consumer_tests/conftest.py": "import nowhere"}, 2, "pytest ended before every consumer test had run"),
        ({"consumer_tests/test_parcels.py": "def test_nothing():\n    pass\n"}, 2, "no test expects anything"),
        ({"consumer_tests/test_parcels.py": ""}, 2, "there are no tests in this folder"),
        ({"contracts.toml": 'domain = "parcels"\nconsumer_tests = "desk_tests"\n'}, 2, "there are no consumer tests"),
        ({"contracts.toml": 'domain = "parcels"\n'}, 1, "a consumer test failed"),
    ],
)
def test_nothing_is_written(parcels: MakeProject, files: dict[str, str], status: int, said: str) -> None:
    """A run that isn't full and green ends with its reason, and leaves a pact that was edited by hand alone."""
    project = parcels({**files, "pacts/parcel-desk-scales.json": "edited by hand"})
    run = project.contracts("capture", "--output", "json")
    assert run.status == status, run.output
    assert said in json.loads(run.stdout)["error"]["what"]
    assert json.loads(run.stdout)["error"]["next"]
    assert "INTERNALERROR" not in run.stderr
    assert project.files("pacts") == {"parcel-desk-scales.json": b"edited by hand"}


def test_a_choice_in_the_environment_is_named(parcels: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment hands to pytest and leaves no test is named, instead of an empty folder."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    error = json.loads(parcels({}).contracts("capture", "--output", "json").stdout)["error"]
    assert "no test was chosen" in error["what"]
    assert error["next"] == "let PYTEST_ADDOPTS (-k nothing) choose every consumer test"


def test_a_passing_test_that_expects_nothing_is_no_obstacle(parcels: MakeProject) -> None:
    """Other tests may be skipped: no expectation is lost with them."""
    project = parcels(
        {"consumer_tests/test_else.py": "import pytest\n\n@pytest.mark.skip\ndef test_else():\n    pass\n"}
    )
    assert project.contracts("capture").status == 0


def test_a_skip_outside_of_the_consumer_tests_loses_nothing(parcels: MakeProject) -> None:
    """The near miss: another folder's module is skipped, and the pacts are compared as after a full run."""
    project = parcels({"tests/test_else.py": "import pytest\npytest.importorskip('nowhere')\n"})
    assert project.contracts("capture").status == 0
    run = project.pytest()
    assert (run.status, "compared only" in run.stdout) == (0, False), run.output
    assert "expectations: 3, the pacts hold them" in run.stdout


def test_what_a_skipped_module_expects_is_not_taken_back(parcels: MakeProject) -> None:
    """The pact keeps the interaction that an environment without the module can't test."""
    project = parcels({"consumer_tests/test_lost.py": LOST.replace("parcel_lost", "parcel_weighed")})
    assert project.contracts("capture").status == 0
    before = project.files("pacts")
    assert b"parcel_weighed/it-is-kept" in before["parcel-desk-scales.json"]
    project.put("consumer_tests/test_lost.py", f"import pytest\npytest.importorskip('nowhere')\n{LOST}")
    for command in (("capture",), ("capture", "--check")):
        run = project.contracts(*command)
        assert (run.status, project.files("pacts")) == (1, before)
        assert "wasn't collected" in run.stderr
    assert "compared only, consumer_tests/test_lost.py wasn't collected" in project.pytest().stdout


def test_a_project_that_asks_for_processes_is_captured_in_one(parcels: MakeProject) -> None:
    """`-n 2` in addopts doesn't stand in the way of a capture."""
    project = parcels({"pytest.ini": "[pytest]\naddopts = -n 2\n"})
    assert project.contracts("capture").status == 0
    assert len(project.files("pacts")) == 2


def test_a_pytest_that_loads_no_plugins_by_itself_is_given_this_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pytest-xdist nothing says -n, and the capture is the same."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    run = project.contracts("capture")
    assert run.status == 0, run.output
    assert len(project.files("pacts")) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expectations: 3, the pacts are stale: run contracts capture\n"),
        (("-n", "2"), "compared only, it ran in several processes"),
        (("-k", "weighed"), "compared only, "),
        (("consumer_tests/test_parcels.py::test_weighed",), "compared only, not all of consumer_tests was asked for"),
        (("consumer_tests",), "the pacts are stale: run contracts capture\n"),
    ],
)
def test_plain_pytest_compares_and_never_writes(project: Project, arguments: tuple[str, ...], said: str) -> None:
    """Whoever runs pytest learns that the pacts are stale; only `contracts capture` writes them."""
    run = project.pytest(*arguments)
    assert run.status == 0, run.output
    assert said in run.stdout
    assert "+ parcel_weighed/the-weight" in run.stdout
    assert not (project.folder / "pacts").exists()


def test_a_partial_run_speaks_of_its_own_expectations_alone(project: Project) -> None:
    """What a partial run didn't see isn't called stale; what it saw and differs is."""
    project.contracts("capture")
    run = project.pytest("-k", "weighed")
    assert "expectations: 1, the pacts hold them" in run.stdout
    file = project.folder / "pacts/parcel-desk-scales.json"
    file.write_text(file.read_text().replace("parcel_weighed: the weight", "parcel_weighed: by hand"))
    assert "~ parcel_weighed/the-weight: description" in project.pytest("-k", "weighed").stdout
    assert "the pacts hold them" in project.pytest("-k", "delivered").stdout


def test_a_failed_test_says_nothing_of_its_expectation(parcels: MakeProject) -> None:
    """A plain run leaves the expectation of a failed test out of the comparison."""
    project = parcels({"consumer_tests/test_parcels.py": EXPECTATIONS.replace("handler(", "assert 0, (", 1)})
    run = project.pytest()
    assert run.status == 1
    assert "expectations: 2" in run.stdout
    assert "parcel_weighed/the-weight" not in run.stdout.split("= contracts =")[1].splitlines()[0]


def test_a_suite_with_fixtures_of_the_same_names_keeps_them(parcels: MakeProject) -> None:
    """The plugin does nothing to a suite that doesn't use it."""
    own = """
        import pytest

        @pytest.fixture(params=["a", "b"])
        def expect(request):
            return request.param

        @pytest.fixture
        def handler():
            return "mine"

        def test_own(expect, handler):
            assert expect in "ab" and handler == "mine"
    """
    run = parcels({"consumer_tests/test_parcels.py": own}).pytest("-rA")
    assert run.status == 0
    assert "2 passed" in run.stdout
    assert "contracts =" not in run.stdout


def test_settings_that_cannot_be_used_break_no_run(parcels: MakeProject) -> None:
    """Each test that needs them fails with what is wrong, and pytest ends as it always does."""
    run = parcels({"contracts.toml": 'domian = "parcels"\n'}).pytest("-k", "weighed")
    assert run.status == 1
    assert "did you mean 'domain'?" in run.stdout
    assert "INTERNALERROR" not in run.output
