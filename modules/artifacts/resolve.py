"""Dependency trees, resolved when pins are renewed and never at run time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from jgo.maven import Artifact, Dependency, MavenContext, ProfileConstraints, PythonResolver

from modules.artifacts.lock import Coordinates
from modules.artifacts.publisher import NotPublishedError, Publisher

# A worker of MSK Connect has it, and a second copy in a plugin breaks its authentication: no tree may bring it.
EXCLUDED: Final = ("software.amazon.msk", "aws-msk-iam-auth")

# POMs have profiles for machines; theirs, not this one's.
_WORKER: Final = ProfileConstraints(jdk="17", os_name="Linux", os_family="unix", os_arch="amd64")


def tree(roots: Sequence[Coordinates], publisher: Publisher) -> tuple[Coordinates, ...]:
    """What Maven would put on a runtime class path for ``roots``, sorted; raises NotPublishedError.

    A root with a classifier, or one that is no jar, is a bundle that holds what it needs: it comes alone.
    """
    alone = [root for root in roots if root.classifier or root.packaging != "jar"]
    libraries = [root for root in roots if root not in alone]
    return tuple(sorted({*alone, *(_resolved(libraries, publisher) if libraries else ())}))


def _resolved(roots: Sequence[Coordinates], publisher: Publisher) -> Iterator[Coordinates]:
    resolver = _Resolver(publisher)
    context = MavenContext(resolver=resolver, repo_cache=publisher.folder)
    exclusion = context.project(*EXCLUDED)
    # `raw`: else jgo manages every version by the roots' own POMs, which Maven does not.
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
    if resolver.lost:
        raise NotPublishedError("\n".join(resolver.lost))
    for dependency in (*inputs, *transitive):
        if dependency.scope in ("compile", "runtime") and dependency.type != "pom":
            yield _coordinates(dependency.artifact)


class _Resolver(PythonResolver):
    """Reads POMs through ``publisher``, and keeps in ``lost`` those it could not have.

    jgo itself leaves out what stands below a POM that it cannot read, without a word.
    """

    def __init__(self, publisher: Publisher) -> None:
        super().__init__(profile_constraints=_WORKER)
        self._publisher = publisher
        self.lost: list[str] = []

    def download(self, artifact: Artifact) -> Path:
        try:
            return self._publisher.get(_coordinates(artifact))
        except NotPublishedError as error:
            self.lost.append(str(error))
            raise RuntimeError(str(error)) from error


def _coordinates(artifact: Artifact) -> Coordinates:
    return Coordinates(artifact.groupId, artifact.artifactId, artifact.version, artifact.packaging, artifact.classifier)
