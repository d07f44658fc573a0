"""Runs Java programs for tests."""

from pathlib import Path

from rehearsal.processes.java import java

# The programs run for seconds: a fast start counts more than peak speed.
OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG4J = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""


def command(main: str, *arguments: str, libraries: Path, folder: Path) -> list[str]:
    """The command line that runs ``main`` with the jars in ``libraries``; writes log4j.properties to ``folder``."""
    settings = folder / "log4j.properties"
    settings.write_text(LOG4J)
    logger = f"-Dlog4j.configuration={settings.as_uri()}"
    (temporary := folder / "tmp").mkdir(exist_ok=True)
    return [java(), *OPTIONS, logger, f"-Djava.io.tmpdir={temporary}", "-cp", f"{libraries}/*", main, *arguments]
