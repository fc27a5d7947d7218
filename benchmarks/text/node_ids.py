"""The parts of pytest's node ids, such as `suite/test_grid.py::TestPools::test_summation[loky-n2-b10]`."""

import re
from typing import NamedTuple

_SUFFIX = re.compile(r"\.\w+$")


class NodeId(NamedTuple):
    """A test and its parameters; what a text does not have is empty.

    `classes` are joined by `::`, and `params` is what is in the brackets.
    """

    file: str
    classes: str
    function: str
    params: str

    @property
    def name(self) -> str:
        """The test's name with its parameters, as pytest-benchmark's tables call it."""
        return f"{self.function}[{self.params}]" if self.params else self.function

    @property
    def label(self) -> str:
        """The test's name as the suite's own tables shorten it, such as `no_op loky`."""
        return " ".join(filter(None, (self.function.removeprefix("test_"), self.params)))

    @property
    def module(self) -> str:
        """What the name is in: the file and the classes."""
        return "::".join(filter(None, (self.file, self.classes)))


def parse_node_id(text: str) -> NodeId:
    """Return the parts of a node id, or of the end of one. Parameters may contain colons, and folders brackets."""
    file, _, rest = text.partition("::")
    if not rest or ("[" in file and not _SUFFIX.search(file)):
        file, rest = "", text
    path, _, params = rest.partition("[")
    classes, _, function = path.rpartition("::")
    return NodeId(file, classes, function, params.removesuffix("]"))
