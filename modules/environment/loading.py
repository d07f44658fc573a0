"""Reads environment files; reports all their errors at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote

from pydantic import ValidationError

from modules.environment import comments
from modules.environment.checks import across_files, rules
from modules.environment.document import Document
from modules.environment.environment import Environment
from modules.messages.problems import EnvironmentErrors, Problem


def load(file: Path) -> Environment:
    """The environment in ``file``, named after the file; raises EnvironmentErrors."""
    if file.suffix != ".yaml":
        wanted = misnamed(file) if file.suffix == ".yml" and file.exists() else "must be a file that ends in .yaml"
        raise EnvironmentErrors([Problem((), wanted, file=str(file))])
    document = Document(file)
    problems: list[Problem] = []
    if "name" in document.data:
        problems.append(Problem(("name",), f"must be left out: the file's name is the environment's, {file.stem}"))
    try:
        environment = Environment.model_validate({**document.data, "name": file.stem})
    except ValidationError as error:
        problems += _problems(document, error, name=file.stem)
    else:
        problems += _of_writing(document)
    found = [*_located(document, problems), *comments.problems(document.text, document.file)]
    if found:
        raise EnvironmentErrors(found)
    return environment


def files_of(folder: Path) -> list[Path]:
    """The environment files of ``folder``; raises EnvironmentErrors for those that end in .yml."""
    if wrong := [Problem((), misnamed(file), file=str(file)) for file in sorted(folder.glob("*.yml"))]:
        raise EnvironmentErrors(wrong)
    return sorted(folder.glob("*.yaml"))


def misnamed(file: Path) -> str:
    """What to do with a file that ends in .yml."""
    return f"must end in .yaml; rename it: mv {quote(str(file))} {quote(str(file.with_suffix('.yaml')))}"


def load_all(files: Iterable[Path]) -> tuple[Environment, ...]:
    """All environments, in the given order; raises EnvironmentErrors for all files together.

    What only one environment can have is an error of the later file.
    """
    files = list(files)
    environments: dict[str, Environment] = {}
    named: dict[str, Path] = {}
    problems: list[Problem] = []
    for file in files:
        if first := named.get(file.stem):
            problems.append(Problem((), _again(file, first), file=str(file)))
            continue
        named[file.stem] = file
        try:
            environments[file.stem] = load(file)
        except EnvironmentErrors as error:
            problems += error.problems
    problems += _confusable(files)
    problems += _clashing(tuple(environments.values()), [named[name] for name in environments])
    if problems:
        raise EnvironmentErrors(problems)
    return tuple(environments.values())


def _again(file: Path, first: Path) -> str:
    if file == first or (file.exists() and first.exists() and file.samefile(first)):
        return "must be given once: it is the same file" + ("" if file == first else f" as {first}")
    return f"must have another name: {first} is environment {file.stem} already"


def _confusable(files: Iterable[Path]) -> list[Problem]:
    """``prod`` and ``prod-eu``: connector eu-orders of one and orders of the other would have the same name."""
    names = {file.stem: file for file in files}
    return [
        Problem((), f"must have a name that does not begin with {shorter}-: {names[shorter]} has it", file=str(file))
        for shorter in names
        for name, file in names.items()
        if name.startswith(f"{shorter}-")
    ]


def _clashing(environments: Sequence[Environment], files: Sequence[Path]) -> Iterator[Problem]:
    """The first for each place."""
    seen: set[tuple[object, ...]] = set()
    for (a, first), (b, second) in across_files.clashes(environments):
        if (b, second.path) not in seen:
            seen.add((b, second.path))
            other = f"{files[a]}:{Document(files[a]).line(first.path)}"
            wanted = f"must differ from {other}, {second.reason}"
            yield from located([Problem(second.path, wanted, second.value)], files[b])


def warnings(environment: Environment, file: Path) -> tuple[Problem, ...]:
    """Warnings: ``file`` is valid, but its authors should know about them."""
    return located(rules.warned(dict(environment)), file)


def located(problems: Iterable[Problem], file: Path) -> tuple[Problem, ...]:
    """``problems`` with their lines in ``file``, one for each path, in the file's order."""
    problems = tuple(problems)
    return tuple(_located(Document(file), problems)) if problems else ()


def _problems(document: Document, error: ValidationError, *, name: str) -> list[Problem]:
    """Errors of fields, and of rules whose fields are valid."""
    from modules.environment import shape, wording  # only imported for an invalid file

    fields = wording.worded(error)
    broken = {field.broken for field in fields if field.broken is not None}
    meant = {field.meant for field in fields if field.meant is not None and not document.has(field.meant)}
    unknown = {field.problem.path for field in fields if field.unknown}
    sections = shape.sections({**document.data, "name": name}, broken | meant | document.repeated)
    found = [
        *(field.problem for field in fields if field.certain),
        *_of_writing(document),
        *rules.broken(sections, document=document.data, partial=True),
        *(field.problem for field in fields if not field.certain),
    ]
    return [one for one in found if not any(one.path[:length] in unknown for length in range(len(one.path)))]


def _of_writing(document: Document) -> Iterator[Problem]:
    """How the file is written; of a value that YAML reads otherwise, what its key takes."""
    for problem in document.problems:
        reading = document.misread.get(problem)
        message = None
        if reading:
            from modules.environment import readings  # only imported for an invalid file

            message = readings.instead(reading, problem.path, document.data)
        yield replace(problem, message=message) if message else problem


def _located(document: Document, problems: Iterable[Problem]) -> list[Problem]:
    """The first problem for each path, with its file and line, in the file's order."""
    first: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        first.setdefault(problem.path, problem)
    return [
        replace(problem, file=document.file, line=problem.line or document.line(problem.path))
        for problem in first.values()
    ]
