"""Dependency trees, resolved when files are pinned, never at run time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from jgo.maven import Artifact, Dependency, MavenContext, ProfileConstraints, PythonResolver

from modules.artifacts.lock import Coordinates
from modules.artifacts.publisher import NotPublishedError, Publisher

# Workers of MSK Connect have it, and a second copy in a plugin breaks their authentication: excluded from trees.
EXCLUDED: Final = ("software.amazon.msk", "aws-msk-iam-auth")

# POMs have profiles by platform: use the worker's, not this machine's.
_WORKER: Final = ProfileConstraints(jdk="17", os_name="Linux", os_family="unix", os_arch="amd64")


def tree(roots: Sequence[Coordinates], publisher: Publisher) -> tuple[Coordinates, ...]:
    """Maven's runtime class path for ``roots``, sorted; raises NotPublishedError.

    A root with a classifier, or that is no jar, is a bundle with its dependencies: it is not resolved.
    """
    bundles = [root for root in roots if root.classifier or root.packaging != "jar"]
    libraries = [root for root in roots if root not in bundles]
    return tuple(sorted({*bundles, *(_resolved(libraries, publisher) if libraries else ())}))


def _resolved(roots: Sequence[Coordinates], publisher: Publisher) -> Iterator[Coordinates]:
    resolver = _Resolver(publisher)
    context = MavenContext(resolver=resolver, repo_cache=publisher.folder)
    exclusion = context.project(*EXCLUDED)
    # `raw`: else jgo applies dependency management of the roots' own POMs, which Maven does not.
    dependencies = [
        Dependency(
            context.project(root.group, root.artifact).at_version(root.version).artifact(),
            scope="compile",
            exclusions=[exclusion],
            raw=True,
        )
        for root in roots
    ]
    inputs, transitive = resolver.resolve(dependencies)
    if resolver.missing:
        raise NotPublishedError("\n".join(resolver.missing))
    for dependency in (*inputs, *transitive):
        if dependency.scope in ("compile", "runtime") and dependency.type != "pom":
            yield _coordinates(dependency.artifact)


class _Resolver(PythonResolver):
    """Reads POMs through ``publisher``, and collects in ``missing`` those that it cannot get.

    jgo itself silently leaves out the dependencies of a POM that it cannot read.
    """

    def __init__(self, publisher: Publisher) -> None:
        super().__init__(profile_constraints=_WORKER)
        self._publisher = publisher
        self.missing: list[str] = []

    def download(self, artifact: Artifact) -> Path:
        try:
            return self._publisher.get(_coordinates(artifact))
        except NotPublishedError as error:
            self.missing.append(str(error))
            raise RuntimeError(str(error)) from error


def _coordinates(artifact: Artifact) -> Coordinates:
    return Coordinates(artifact.groupId, artifact.artifactId, artifact.version, artifact.packaging, artifact.classifier)
