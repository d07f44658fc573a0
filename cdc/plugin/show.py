"""Output of the plugin commands for people: lines and tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cdc.console import megabytes, out, table
from cdc.plugin.building import Built
from modules.archive.manifest import Manifest

if TYPE_CHECKING:
    from cdc.plugin.debezium_update import Update
    from modules.archive.inspection import Inspection, JarReport


def build(built: Built) -> None:
    """What is in the ZIP, what was left out, and where it is."""
    manifest = built.manifest
    parts = {part.name: part for part in manifest.parts}
    out.print(table("", ("part", "version", "licence"), ((p.name, p.version, p.licence) for p in parts.values())))
    for name in manifest.left_out:
        out.print(f"left out as requested: {name}; connectors that need it do not start on MSK Connect")
    if manifest.worker_owned:
        out.print(f"left out, the worker has its own: {', '.join(manifest.worker_owned)}", soft_wrap=True)
    out.print(_kinds(manifest))
    change = "written" if built.changed else "unchanged"
    out.print(f"{built.path}: {change}, {megabytes(built.size)}, sha256 {built.sha256}", soft_wrap=True)


def _kinds(manifest: Manifest) -> str:
    return (
        f"{len(manifest.jars)} jars for Java {manifest.java} and Connect {', '.join(manifest.kafkaconnect_versions)}:"
        f" {', '.join(manifest.connectors)}"
    )


def inspection(found: "Inspection") -> None:
    """Everything about an archive; whether it runs comes last."""
    out.print(f"{found.name}: {megabytes(found.size)}, sha256 {found.sha256}", soft_wrap=True)
    out.print(f"requires Java {found.java}")
    if found.manifest and found.manifest.left_out:
        out.print(f"left out when it was built: {', '.join(found.manifest.left_out)}")
    out.print()
    out.print(table("", ("kind", "class", "version"), _classes(found)))
    out.print()
    out.print(table("", ("jar", "size", "Java", "libraries", "licences"), map(_jar, found.jars)))
    if found.worker_owned:
        out.print(f"\nunused, the worker has its own: {', '.join(found.worker_owned)}", soft_wrap=True)
    out.print()
    for verdict in found.verdicts:
        result = "runs" if verdict.runs else "does not run"
        out.print(f"Connect {verdict.kafkaconnect_version} on Java {verdict.java}: {result}")
        for refusal in verdict.refusals:
            out.print(f"  {refusal}", markup=False, soft_wrap=True)


def _classes(found: "Inspection") -> Iterable[tuple[str, str, str]]:
    kinds = {
        "connector": found.connectors,
        "transform": found.transforms,
        "predicate": found.predicates,
        "converter": found.converters,
        "header converter": found.header_converters,
        "config provider": found.config_providers,
    }
    return ((kind, name, found.versions.get(name, "")) for kind, names in kinds.items() for name in names)


def _jar(jar: "JarReport") -> tuple[str, ...]:
    libraries = [library.coordinates for library in jar.libraries]
    shown = libraries[0] if len(libraries) == 1 else f"{libraries[0]} and {len(libraries) - 1} more"
    licences = sorted({licence for library in jar.libraries for licence in library.licences})
    return jar.name, megabytes(jar.size), str(jar.java), shown, ", ".join(licences) or "unknown"


def update(done: "Update") -> None:
    """What the new release changes, and the next steps."""
    out.print(
        f"{done.set}: {done.old.maven.version} -> {done.new.maven.version}, sha256 {done.new.sha256}", soft_wrap=True
    )
    for sign, names in (("-", done.removed), ("+", done.added)):
        for name in names:
            out.print(f"  {sign} {name}", markup=False)
    out.print(
        "next: review and commit artifacts.lock.toml, build the plugin, and set debezium_version:"
        f" {done.new.maven.version} in the environments that use it",
        soft_wrap=True,
    )
