"""Java programs on a set's jars, as short-lived as a test."""

from pathlib import Path

from rehearsal.processes.java import java

# A test's program lives for seconds: how fast it starts counts, not how fast it gets.
OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG4J = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""


def command(main: str, *arguments: str, libraries: Path, folder: Path) -> list[str]:
    """What runs ``main`` on the jars in ``libraries``; ``folder`` takes the logger's settings."""
    settings = folder / "log4j.properties"
    settings.write_text(LOG4J)
    logger = f"-Dlog4j.configuration={settings.as_uri()}"
    return [java(), *OPTIONS, logger, "-cp", f"{libraries}/*", main, *arguments]
