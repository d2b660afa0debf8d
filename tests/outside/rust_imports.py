"""Which files of a Rust crate need which, and which need each other in a circle.

A file needs another where it names something that is defined there: by `use crate::…` or `use super::…`, or by a path in its code.
Something that a module imports itself counts for the file that defines it, and passing on (`pub use`) is no need. Unit tests don't count.

    python3 tests/outside/rust_imports.py      prints the circles of the crates below
"""

import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
CRATES = ["src", *sorted(str(lib.parent.relative_to(ROOT)) for lib in ROOT.glob("crates/*/src/lib.rs"))]

Module = tuple[str, ...]
VISIBILITY = re.compile(r"\bpub\(in [^)]*\)")
NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|b?r(#*)\".*?\"\1|\"(?:\\.|[^\"\\])*\"|'(?:\\[^']+|[^'\\])'", re.S)
TEST_ONLY = re.compile(r"#\[cfg\((?:test|any\(test, fuzzing\))\)\]")
PATH = re.compile(r"(?<![\w:])([a-z_]\w*(?:::\w+)+)")
USE = re.compile(r"(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);")


def code(text: str) -> str:
    """Without comments, texts and what is compiled for tests only."""
    text = VISIBILITY.sub("pub", NOT_CODE.sub('""', text))
    while found := TEST_ONLY.search(text):
        text = text[: found.start()] + text[end_of_item(text, found.end()) :]
    return text


def end_of_item(text: str, start: int) -> int:
    """Behind the item that begins there: its `;`, or the brace that closes it."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "{[(") - (text[place] in "}])")
        if depth == 0 and text[place] in ";}":
            return place + 1
    return len(text)


def leaves(tree: str) -> Iterator[tuple[list[str], str]]:
    """The paths of a `use` tree, each with the name that it has from then on."""
    tree = tree.strip()
    if tree.endswith("}"):
        start = tree.index("{")
        for branch in split(tree[start + 1 : -1]):
            for path, name in leaves(branch):
                yield [*steps(tree[:start]), *path], name
    elif tree:
        path, _, alias = tree.partition(" as ")
        path = [step for step in steps(path) if step != "self" or "::" not in tree] if path.strip() != "self" else []
        yield path, alias.strip() or (path[-1] if path else "")


def steps(path: str) -> list[str]:
    return [step.strip() for step in path.split("::") if step.strip()]


def split(branches: str) -> list[str]:
    """At the commas that stand in no inner braces."""
    parts, depth = [""], 0
    for char in branches:
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part.strip()]


class Crate:
    def __init__(self, folder: Path):
        self.code: dict[Module, str] = {}
        self._read((), folder / "lib.rs", folder)

    def _read(self, module: Module, file: Path, folder: Path) -> None:
        self.code[module] = code(file.read_text())
        for name in re.findall(r"\bmod\s+(\w+)\s*;", self.code[module]):
            for child in (folder / f"{name}.rs", folder / name / "mod.rs"):
                if child.exists():
                    self._read((*module, name), child, folder / name)

    @cached_property
    def imports(self) -> dict[Module, list[tuple[list[str], str, bool]]]:
        """By file: path, name, and whether it is passed on."""
        return {
            module: [(path, name, bool(public)) for public, tree in USE.findall(text) for path, name in leaves(tree)]
            for module, text in self.code.items()
        }

    def absolute(self, module: Module, path: list[str]) -> Module | None:
        """A path from the crate's root; `None` for what is not of this crate."""
        if path[:1] == ["crate"]:
            return tuple(path[1:])
        if path[:1] == ["self"]:
            return (*module, *path[1:])
        if path[:1] == ["super"]:
            return self.absolute(module[:-1], ["self", *path[1:]] if path[1:2] != ["super"] else path[1:])
        return (*module, *path) if path and (*module, path[0]) in self.code else None

    def home(self, path: Module, passed: frozenset[Module] = frozenset()) -> Module | None:
        """The module that defines what a path names; `None`: another crate does."""
        length = max(length for length in range(len(path) + 1) if path[:length] in self.code)
        module, rest = path[:length], path[length:]
        for target, name, _ in self.imports[module] if rest and path not in passed else []:
            if name == rest[0]:
                meant = self.absolute(module, target)
                return None if meant is None else self.home((*meant, *rest[1:]), passed | {path})
        return module

    def needs(self, module: Module) -> set[Module]:
        named = [path for path, _, public in self.imports[module] if not public]
        named += [steps(path) for path in PATH.findall(USE.sub("", self.code[module]))]
        paths = [self.absolute(module, path) for path in named]
        return {self.home(path) for path in paths if path is not None} - {module, None}

    def circles(self) -> list[str]:
        """Each a line: the files that need each other, largest first."""
        found = components({module: self.needs(module) for module in self.code})
        lines = [" ".join(sorted("::".join(module) or "lib" for module in circle)) for circle in found if len(circle) > 1]
        return sorted(lines, key=lambda line: (-len(line.split()), line))


def components(graph: dict[Module, set[Module]]) -> list[list[Module]]:
    """What is strongly connected (Tarjan)."""
    number: dict[Module, int] = {}
    lowest: dict[Module, int] = {}
    open_modules: list[Module] = []
    found = []

    def visit(module: Module) -> None:
        number[module] = lowest[module] = len(number)
        open_modules.append(module)
        for needed in graph[module]:
            if needed not in number:
                visit(needed)
                lowest[module] = min(lowest[module], lowest[needed])
            elif needed in open_modules:
                lowest[module] = min(lowest[module], number[needed])
        if lowest[module] == number[module]:
            start = open_modules.index(module)
            found.append(open_modules[start:])
            del open_modules[start:]

    sys.setrecursionlimit(10_000)
    for module in graph:
        if module not in number:
            visit(module)
    return found


def circles() -> list[str]:
    return [f"{crate}: {circle}" for crate in CRATES for circle in Crate(ROOT / crate).circles()]


if __name__ == "__main__":
    print("\n".join(circles()))
