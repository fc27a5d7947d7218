"""The modules that the workers of a cluster elsewhere import, as a zip file."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def archived(paths: Sequence[str]) -> bytes:
    """Return a zip file of this suite's workloads and of the modules in the folders `paths`."""
    content = io.BytesIO()
    own = [_ROOT / "benchmarks" / "__init__.py", *sorted((_ROOT / "benchmarks" / "workloads").glob("*.py"))]
    with zipfile.ZipFile(content, "w") as archive:
        for path in own:
            archive.write(path, path.relative_to(_ROOT))
        for root in map(Path, paths):
            for path in sorted(root.rglob("*.py")):
                if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts):
                    archive.write(path, path.relative_to(root))
    return content.getvalue()


def module_names(content: bytes) -> list[str]:
    """Return the dotted names of the modules in a zip file, sorted."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        modules = [Path(name).with_suffix("").parts for name in archive.namelist()]
    return sorted({".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in modules})
