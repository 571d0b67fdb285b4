"""The oracle is worth something only as long as it shares nothing with what it judges."""

import ast
import sys
from pathlib import Path

OURS = Path(__file__).parent


def imported(module: Path) -> set[str]:
    """Return what a module imports, by the full names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def test_the_oracle_imports_the_standard_library_and_itself_alone() -> None:
    modules = [module for module in OURS.glob("**/*.py") if not module.name.startswith("test_")]
    assert modules
    strange = {
        (module.name, name)
        for module in modules
        for name in imported(module)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name != "tests.oracle"
        and not name.startswith("tests.oracle.")
    }
    assert strange == set()


def test_the_oracle_finds_no_other_way_to_the_product() -> None:
    for module in OURS.glob("**/*.py"):
        if not module.name.startswith("test_"):
            assert not imported(module) & {"importlib", "runpy", "subprocess"}, module.name
