"""A single call and what AWS answers, as `docs/aws.md` records it: its section comes first in every row.

`$name` in what is given or expected stands for something that the table's world made before; `$n` differs from client to client."""

from dataclasses import dataclass, field
from string import Template


@dataclass(frozen=True)
class Refusal:
    section: str
    service: str
    operation: str
    given: dict
    code: str
    words: str = ""
    """A part of the message; empty where the notes record the code alone."""
    status: int = 400
    caller: str = "local"

    def __str__(self) -> str:
        return f"{self.section} {self.service} {self.operation} {self.words or self.code}"[:110]


@dataclass(frozen=True)
class Answer:
    section: str
    service: str
    operation: str
    given: dict
    shows: dict = field(default_factory=dict)
    """A part of the answer; of a list, its first items."""
    lacks: tuple[str, ...] = ()
    """Members that AWS leaves out, as paths (`Functions.0.State`)."""
    holds: tuple[str, ...] = ()
    """Members of any value."""
    note: str = ""
    by: tuple[str, ...] = ("boto3", "aws-cli")
    """aws-cli reads all pages, and has arguments of its own for some operations."""

    def __str__(self) -> str:
        return f"{self.section} {self.service} {self.operation} {self.note}".strip()


def filled(value, names: dict[str, str]):
    """`value` with every `$name` replaced."""
    match value:
        case str():
            return Template(value).safe_substitute(names)
        case dict():
            return {filled(key, names): filled(item, names) for key, item in value.items()}
        case list():
            return [filled(item, names) for item in value]
        case _:
            return value


def part_of(expected, found, path: str = "") -> list[str]:
    """Where `found` does not hold what is expected."""
    if isinstance(expected, dict) and isinstance(found, dict):
        gone = [f"{path}.{key} is missing" for key in expected if key not in found]
        return gone + [p for key in expected if key in found for p in part_of(expected[key], found[key], f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) <= len(found):
        return [p for n, (e, f) in enumerate(zip(expected, found)) for p in part_of(e, f, f"{path}[{n}]")]
    return [] if expected == found else [f"{path} is {found!r}, not {expected!r}"]


def has(found, path: str) -> bool:
    """Whether an answer holds a member."""
    for step in path.split("."):
        try:
            found = found[int(step) if isinstance(found, list) else step]
        except (KeyError, IndexError):
            return False
    return True
