"""The stubs name what the native module has, and the package offers what it says."""

import ast
import inspect
from pathlib import Path

import aureole
from aureole import _native


def described() -> dict[str, dict[str, list[str]] | list[str] | None]:
    """Names in the stubs: the members of a class, the parameters of a function, None for a value."""
    tree = ast.parse((Path(aureole.__file__).parent / "_native.pyi").read_text())
    names: dict = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            functions = [member for member in node.body if isinstance(member, ast.FunctionDef)]
            names[node.name] = {member.name: [argument.arg for argument in member.args.args] for member in functions}
        elif isinstance(node, ast.FunctionDef):
            names[node.name] = [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.AnnAssign):
            names[node.target.id] = None
    return names


def test_stubs_and_module_agree():
    stubs = described()
    public = {name for name in dir(_native) if not name.startswith("_") or name == "__version__"}
    # What tests are built with is not for users.
    public -= {name for name in public if name.startswith("testing")}
    assert public == set(stubs)
    for name, members in stubs.items():
        there = getattr(_native, name)
        if isinstance(members, dict):
            own = {member: value for member, value in vars(there).items() if not member.startswith("__")}
            assert set(own) == {member for member in members if not member.startswith("__")}, name
            for member, value in own.items():
                if callable(value):
                    assert list(inspect.signature(value).parameters) == members[member], member
        elif isinstance(members, list):
            assert list(inspect.signature(there).parameters) == members, name


def test_everything_offered_is_there_and_documented():
    for name in aureole.__all__:
        assert hasattr(aureole, name)
    for offered in (aureole.load, aureole.integrate, aureole.stream, aureole.Integrator, aureole.Patterns):
        assert len(inspect.getdoc(offered)) > 80
    assert (Path(aureole.__file__).parent / "py.typed").exists()
