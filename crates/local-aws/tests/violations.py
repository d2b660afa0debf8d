"""For an operation of AWS's service models (botocore's): inputs that fit, and inputs that break exactly one constraint."""

import string
from collections.abc import Iterator
from dataclasses import dataclass

import regex
from botocore.model import OperationModel, Shape

# What strings of AWS look like; the first that a member's constraints let pass is its sample.
SAMPLES = [
    "abcd", "a" * 20, "000000000000", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:lambda:us-east-2:000000000000:function:f",
    "arn:aws:logs:us-east-2:000000000000:log-group:g", "sha256:" + "a" * 64, "/a/", "/", "v1", "200", "subnet-12345678", "sg-12345678",
    "lambda:InvokeFunction", "arn:aws:lambda:us-east-2:000000000000:layer:l:1", "$LATEST", "o-1234567890",
    "arn:aws:elasticfilesystem:us-east-2:000000000000:access-point/fsap-0123456789abcdef0", "/mnt/a", "us-east-2",
    "arn:aws:lambda:us-east-2:000000000000:code-signing-config:csc-0123456789abcdef0",
    "arn:aws:lambda:us-east-2:000000000000:capacity-provider:c", "arn:aws:lambda:us-east-2::runtime:r", "a" * 100,
]  # fmt: skip
# Longer than this is not tried.
LONGEST = 200_000


@dataclass(frozen=True)
class Violation:
    member: str
    constraint: str
    params: dict


class NoSample(Exception):
    """No string here fits a member's constraints."""


def inputs(operation: OperationModel, base: dict) -> Iterator[dict]:
    """`base`, and `base` with each optional member in turn, and each optional member of such a structure."""
    yield base
    for name, shape in operation.input_shape.members.items():
        if name in base:
            continue
        try:
            value = sample(shape)
        except NoSample:
            continue
        yield base | {name: value}
        if shape.type_name == "structure":
            for inner, inner_shape in shape.members.items():
                if inner not in value:
                    yield base | {name: value | {inner: sample(inner_shape)}}


def violations(operation: OperationModel, base: dict) -> Iterator[Violation]:
    """Every constraint of every member that `inputs` reach, broken once."""
    seen = set()
    for params in inputs(operation, base):
        for path, constraint, broken in _broken(operation.input_shape, params, ()):
            in_path = path and operation.input_shape.members[path[0]].serialization.get("location") == "uri"
            if (path, constraint) in seen or in_path and constraint in ("required", "min"):
                continue  # Without a part of its path it would be another request.
            seen.add((path, constraint))
            yield Violation(".".join(path), constraint, broken)


def sample(shape: Shape):
    """The smallest value that fits."""
    match shape.type_name:
        case "structure":
            return {name: sample(member) for name, member in shape.members.items() if name in shape.required_members}
        case "list":
            return [sample(shape.member)] * max(1, shape.metadata.get("min", 1))
        case "map":
            return {sample(shape.key): sample(shape.value)}
        case "string":
            return _string(shape)
        case "boolean":
            return False
        case "blob":
            return b"x"
        case "timestamp":
            return 1_700_000_000
        case _:
            return max(1, shape.metadata.get("min", 1))


def _string(shape: Shape) -> str:
    if shape.enum:
        return shape.enum[0]
    for text in SAMPLES:
        if _fits(shape, text):
            return text
    raise NoSample(f"{shape.name}: {shape.metadata}")


def _fits(shape: Shape, text: str) -> bool:
    least, most, pattern = (shape.metadata.get(k) for k in ("min", "max", "pattern"))
    return (least or 0) <= len(text) <= (most or LONGEST) and (not pattern or bool(regex.fullmatch(pattern, text)))


def _broken(shape: Shape, value, path: tuple) -> Iterator[tuple[tuple, str, object]]:
    for constraint, broken in _broken_here(shape, value):
        yield path, constraint, broken
    if shape.type_name == "structure":
        for name in set(shape.required_members) & value.keys():
            yield (*path, name), "required", {k: v for k, v in value.items() if k != name}
        for name, inner in value.items():
            for place, constraint, broken in _broken(shape.members[name], inner, (*path, name)):
                yield place, constraint, value | {name: broken}
    elif shape.type_name == "list" and value:
        for place, constraint, broken in _broken(shape.member, value[0], (*path, "0")):
            yield place, constraint, [broken, *value[1:]]
    elif shape.type_name == "map" and value:
        key, inner = next(iter(value.items()))
        for constraint, broken in _broken_here(shape.key, key):
            yield (*path, "key"), constraint, {broken: inner}
        for place, constraint, broken in _broken(shape.value, inner, (*path, "value")):
            yield place, constraint, {key: broken}


def _broken_here(shape: Shape, value) -> Iterator[tuple[str, object]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    match shape.type_name:
        case "string":
            yield from _broken_string(shape, value, least, most)
        case "integer" | "long":
            if least is not None:
                yield "min", least - 1
            if most is not None and most < 2**31 - 1:
                yield "max", most + 1
        case "list":
            if least:
                yield "min", value[: least - 1]
            if most:
                yield "max", (value * (most + 1))[: most + 1]
        case "map":
            if least:
                yield "min", {}
            if most:
                yield "max", {f"key{n}": next(iter(value.values())) for n in range(most + 1)}


def _broken_string(shape: Shape, value: str, least: int | None, most: int | None) -> Iterator[tuple[str, str]]:
    if shape.enum:
        yield "enum", "not-a-value"
    if least:
        yield "min", value[: least - 1]
    if most and most <= LONGEST:
        yield "max", (value + value[-1] * most)[: most + 1]
    pattern = shape.metadata.get("pattern")
    if pattern:
        wrong = (value[:-1] + c for c in string.punctuation + " \n\x7fé\u2028")
        text = next((t for t in wrong if not regex.fullmatch(pattern, t)), None)
        if text:
            yield "pattern", text
