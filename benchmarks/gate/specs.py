"""What a user asks a side to be: requirements, local projects, commits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from benchmarks.errors import GateError
from benchmarks.text.printable import unprintable, visible

# The forms of a side, for --help and for messages.
SPEC_FORMS = "a requirement (joblib==1.5.3), a path to a checkout or wheel (./joblib), git:REF or git+URL@REF"

# A folder may have any name; elsewhere an @ belongs to the address if a host follows, as in git@host.
_GIT_URL = re.compile(r"git\+(file:///.+|[a-z][a-z0-9+.-]*://[^@\s]+(?:@[^@/\s]+(?=[:/]))?[^@\s]*)@([^@\s]+)", re.ASCII)


@dataclass(frozen=True)
class GitSource:
    """A commit of another repository."""

    url: str
    ref: str


@dataclass(frozen=True)
class SideSpec:
    """One side as the user described it.

    `requirements` are in canonical form. `ref` is a commit of this repository; None means the checkout as it is.
    `python` is the interpreter, None for the gate's; `variables` are set in the environment of this side's sessions.
    """

    requirements: tuple[str, ...]
    paths: tuple[Path, ...]
    repositories: tuple[GitSource, ...]
    ref: str | None
    python: str | None
    variables: Mapping[str, str]


def parse_side(
    option: str, specs: Sequence[str], python: str | None = None, variables: Mapping[str, str] | None = None
) -> SideSpec:
    """Parse the values of `option`, such as `--base`. Raises GateError if one of them has no known form."""
    requirements, paths, repositories, refs = [], [], [], []
    for spec in specs:
        if not spec.strip():
            raise GateError(f"{option} {visible(spec)!r}: empty; expected {SPEC_FORMS}")
        if unprintable(spec):
            raise GateError(f"{option} {visible(spec)}: unprintable characters; expected {SPEC_FORMS}")
        if spec.startswith("git:") and len(spec) > len("git:"):
            refs.append(spec.removeprefix("git:"))
        elif match := _GIT_URL.fullmatch(spec):
            repositories.append(GitSource(match[1], match[2]))
        elif requirement := _requirement(spec):
            requirements.append(requirement)
        elif Path(spec).exists():
            paths.append(Path(spec).resolve())
        else:
            raise GateError(f"{option} {visible(spec)!r}: {_why_unknown(spec)}")
    _refuse_refs(option, refs, [source.ref for source in repositories])
    ref = refs[0] if refs else None
    return SideSpec(tuple(requirements), tuple(paths), tuple(repositories), ref, python, variables or {})


def _why_unknown(spec: str) -> str:
    """Return what is wrong with a spec of no known form, and what is expected."""
    if spec.startswith("git+"):
        return "expected git+URL@REF, such as git+file:///path@main"
    return f"neither an existing path nor a requirement; expected {SPEC_FORMS}"


def _requirement(spec: str) -> str | None:
    """Return a name with a version specifier in its canonical form; None for anything else (PEP 508).

    uv reads it in a line of a file, where a second line or an option would count as well. A marker would have to be
    true on both sides, and an address is one of the other forms.
    """
    try:
        requirement = Requirement(spec)
    except InvalidRequirement:
        return None
    sound = requirement.specifier and requirement.marker is None and requirement.url is None
    return str(requirement) if sound else None


def _refuse_refs(option: str, own: Sequence[str], others: Sequence[str]) -> None:
    if len(own) > 1:
        raise GateError(f"{option}: git:REF is given {len(own)} times; a side is one commit of this repository")
    for ref in (*own, *others):
        # git would take it for an option.
        if ref.startswith("-"):
            raise GateError(f"{option}: {visible(ref)!r} is not a commit; expected a branch, a tag or a hash")


def project_name(requirement: str) -> str:
    """Return a requirement's project name, normalized as in PEP 503."""
    match = re.match(r"\s*([A-Za-z0-9._-]+)", requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
