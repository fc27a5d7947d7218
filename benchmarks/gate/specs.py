"""What a side is asked to be: requirements, local projects, commits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.text.printable import visible

EXPECTED = "a requirement (joblib==1.5.3), a path to a checkout or wheel (./joblib), git:REF or git+URL@REF"

# A name and a version specifier (PEP 508), without markers and addresses.
_REQUIREMENT = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)(\[[A-Za-z0-9._,-]+\])?\s*((===|[=~!<>]=|[<>])[^;@]+)", re.ASCII
)
_GIT_URL = re.compile(r"git\+([a-z][a-z0-9+.-]*://[^@\s]+(?:@[^@/\s]+(?=[:/]))?[^@\s]*)@([^@\s]+)", re.ASCII)


@dataclass(frozen=True)
class GitSource:
    """A commit of another repository."""

    url: str
    ref: str


@dataclass(frozen=True)
class SideSpec:
    """One side as it was asked for; `ref` is of this repository, None where it is taken as it is."""

    requirements: tuple[str, ...]
    paths: tuple[Path, ...]
    repositories: tuple[GitSource, ...]
    ref: str | None


def parse_side(option: str, texts: Sequence[str]) -> SideSpec:
    """The side that `--base` or `--head` describes; raises GateError."""
    requirements, paths, repositories, refs = [], [], [], []
    for text in texts:
        if not text.strip():
            raise GateError(f"{option} {visible(text)!r}: empty; expected {EXPECTED}")
        if text.startswith("git:") and len(text) > len("git:"):
            refs.append(text.removeprefix("git:"))
        elif match := _GIT_URL.fullmatch(text):
            repositories.append(GitSource(match[1], match[2]))
        elif _REQUIREMENT.fullmatch(text):
            requirements.append(text)
        elif "\0" not in text and Path(text).exists():
            paths.append(Path(text).resolve())
        else:
            raise GateError(f"{option} {visible(text)!r}: no such path, and no requirement; expected {EXPECTED}")
    _refuse_refs(option, refs, [one.ref for one in repositories])
    return SideSpec(tuple(requirements), tuple(paths), tuple(repositories), refs[0] if refs else None)


def _refuse_refs(option: str, own: Sequence[str], others: Sequence[str]) -> None:
    if len(own) > 1:
        raise GateError(f"{option}: {len(own)} times git:REF; a side is one commit of this repository")
    for ref in (*own, *others):
        # git would take it for an option.
        if ref.startswith("-"):
            raise GateError(f"{option}: {visible(ref)!r} is no commit; expected a branch, a tag or a hash")


def project_name(requirement: str) -> str:
    """A requirement's project, normalized (PEP 503)."""
    match = re.match(r"\s*([A-Za-z0-9._-]+)", requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
