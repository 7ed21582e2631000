"""A session of Spark for one audit: how it is started, what is said where it can't be, and how it ends.

What Spark's Java process and its workers print goes to a file of its own, which is named where something breaks: a
command's errors are three lines, and Spark's are two hundred.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any, BinaryIO

from contracts.errors import HarnessError, MisuseError, Where

ATTEMPTS = 3
"""Workers that a span may cost on this machine; on a cluster its own setting says."""
_LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")
_SAY_NOTHING = ("[JAVA_GATEWAY_EXITED]", "Java gateway", "stopped SparkContext")
"""What PySpark says where the reason was printed."""
_NO_MASTER = re.compile(r"master (?:url|must)", re.IGNORECASE)
_REASON = re.compile(r"(?:Exception|Error|Caused by|ERROR[^:]*): (.*\S)")
_LOST = re.compile(r"Lost task .*?\): [\w.$]+: (?!Traceback)(.*\S)")
_KILLED = re.compile(r"Application has been killed. Reason: (.*\S)")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Rows are bytes, about a megabyte each at most: few of them are a batch.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16",
    "spark.sql.inMemoryColumnarStorage.batchSize": "16",
    # Each shuffled part has its own database: put together they would be judged one after the other.
    "spark.sql.adaptive.enabled": "false",
}


def pyspark() -> Any:
    """Return the library's module.

    Raises:
        MisuseError: it isn't installed, or something that it needs.
    """
    try:
        import pandas  # noqa: F401 - PySpark asks for it before it hands Arrow's batches on
        import pyarrow  # noqa: F401 - likewise
        import pyspark as module
        import pyspark.sql
    except ImportError as error:
        raise MisuseError(
            f"contracts audit --spark needs PySpark and PyArrow, and {error.name} isn't installed",
            next_step="pip install 'webinar-contracts[spark]'",
        ) from None
    return module


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """Start Spark for as long as the block runs; SIGINT goes on to mean what it did before.

    Args:
        master: as Spark takes it: `local[4]`, `spark://host:7077`, `yarn`, `k8s://…`.

    Raises:
        MisuseError: PySpark or Java isn't there, or there is no such master.
        HarnessError: Spark ends before it is ready.
    """
    module = pyspark()
    _refuse_without_java()
    handle, name = mkstemp(prefix="contracts-spark-", suffix=".log")
    log = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            session = _started(module, master, stream, log)
        try:
            yield session
        finally:
            # What still runs is told to end first, and a Java process that has died can't be told.
            with suppress(Exception):
                session.sparkContext.cancelAllJobs()
                session.stop()
    except HarnessError:
        raise
    except BaseException:
        log.unlink(missing_ok=True)
        raise
    else:
        log.unlink(missing_ok=True)


def _started(module: Any, master: str, stream: BinaryIO, log: Path) -> Any:
    from pyspark.java_gateway import launch_gateway

    conf = module.SparkConf().setAppName("audit of recorded traffic").setMaster(_lenient(master))
    for name, value in _SETTINGS.items():
        conf.setIfMissing(name, value)
    if _LOCAL.fullmatch(master):
        # Workers on this machine are of this Python, and find what this process finds.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        conf.setIfMissing("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if is_main else None
    try:
        gateway = launch_gateway(conf, {"stdout": stream, "stderr": stream})
        return module.sql.SparkSession(module.SparkContext(conf=conf, gateway=gateway))
    except Exception as error:  # noqa: BLE001 - Java's errors, the bridge's and PySpark's have no class in common
        raise _not_started(master, error, log) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _lenient(master: str) -> str:
    """Return the master, on this machine with as many attempts as an audit without Spark has."""
    found = _LOCAL.fullmatch(master)
    return master if found is None else f"local[{found[1] or 1},{ATTEMPTS}]"


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        raise MisuseError(
            f"Spark runs on Java, and there is none {f'in JAVA_HOME ({home})' if home else 'on the PATH'}",
            next_step="install Java 17 or 21 (Debian and Ubuntu: default-jre-headless), or name it in JAVA_HOME",
        )


def _not_started(master: str, error: Exception, log: Path) -> MisuseError | HarnessError:
    said = reason_of(error)
    if any(words in said for words in _SAY_NOTHING):
        said = _last_reason(log) or said
    if _NO_MASTER.search(said):
        log.unlink(missing_ok=True)
        return MisuseError(
            f"Spark knows no such master: {said}",
            where=Where(f"--spark {master}"),
            next_step="name one as Spark does: local[4], spark://HOST:7077, yarn or k8s://…",
        )
    return HarnessError(
        f"Spark didn't start: {said}",
        where=Where(f"--spark {master}"),
        next_step=f"see what it said: {log}",
    )


def _last_reason(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    if (killed := _KILLED.search(text)) is not None:
        return killed[1]
    lines = [line.strip() for line in text.splitlines()]
    reasons = [found[1] for line in lines if (found := _REASON.search(line))]
    return (reasons or [line for line in lines if line] or [""])[-1]


def reason_of(error: BaseException) -> str:
    """Return the one line of a Spark error that says most, without classes and traces."""
    if (lost := _LOST.search(str(error))) is not None:
        return lost[1]
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("at ", "File ", "Traceback", "JVM stacktrace"))]
    causes = [found[1] for line in told if (found := _REASON.search(line))]
    # The cause comes last in Java's errors and in Python's.
    return (causes or told or [type(error).__name__])[-1]
