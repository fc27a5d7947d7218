"""Pages are drawn with packages that no other answer needs: whether they are there is asked before anything is done."""

from importlib import import_module

from benchmarks.errors import SuiteError


def need_page(environment: str, *modules: str) -> None:
    """Raise SuiteError where one of these modules of `page` can't be imported; `environment` of tox has all of it."""
    try:
        for name in modules:
            import_module(f"benchmarks.report.html.{name}")
    except ImportError as error:
        why = f"{error}: install the dependency group report, or use `tox run -e {environment}`"
        raise SuiteError(why) from None
