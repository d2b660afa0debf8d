"""AWS's own service models: which operation an HTTP request is, what it says, and what of it the model does not allow.

botocore checks the members' names, types and lower bounds; the upper bounds, the enums and the patterns are checked here."""

import base64
import io
import json
import re
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
import regex
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import RpcV2CBORParser
from botocore.validate import ParamValidator


class Mismatch(Exception):
    """A request that is none of the model's operations, or carries what its operation does not know."""


NAMES = {"monitoring": "cloudwatch"}
"""Services that sign with another name than their own."""


@cache
def service(signing_name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(NAMES.get(signing_name, signing_name))


def read(request) -> tuple[OperationModel, dict]:
    """The operation and its input. Raises Mismatch."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request", request.headers["authorization"])
    model = service(scope[1])
    protocol = model.metadata["protocol"]
    if protocol == "json":
        return _read_json(model, request)
    if protocol == "query":
        return _read_query(model, request)
    if protocol == "smithy-rpc-v2-cbor":
        return _read_cbor(model, request)
    assert protocol == "rest-json", protocol
    return _read_rest(model, request)


def problems(operation: OperationModel, params: dict) -> list[str]:
    """What the model does not allow, each with the member it is about."""
    if operation.input_shape is None:
        return [f"{operation.name} takes no input"] if params else []
    report = ParamValidator().validate(params, operation.input_shape)
    found = [report.generate_report()] if report.has_errors() else []
    return [f"{operation.name}: {text}" for text in found + list(_beyond(params, operation.input_shape, ""))]


def _beyond(value, shape: Shape, path: str):
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(value, dict) and name in value:
                yield from _beyond(value[name], member, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _longer(len(value), shape, path)
        for n, item in enumerate(value):
            yield from _beyond(item, shape.member, f"{path}[{n}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        yield from _longer(len(value), shape, path)
        for name, item in value.items():
            yield from _beyond(name, shape.key, f"{path} (key)")
            yield from _beyond(item, shape.value, f"{path}.{name}")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(value, shape, path)
    elif isinstance(value, (int, float, bytes)) and not isinstance(value, bool):
        yield from _longer(len(value) if isinstance(value, bytes) else value, shape, path)


def _text(value: str, shape: Shape, path: str):
    yield from _longer(len(value), shape, path)
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    pattern = shape.metadata.get("pattern")
    if pattern and not regex.fullmatch(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"


def _longer(size: float, shape: Shape, path: str):
    most = shape.metadata.get("max")
    if most is not None and size > most:
        yield f"{path}: {size} is over {most}"


def _read_json(model: ServiceModel, request) -> tuple[OperationModel, dict]:
    prefix, _, name = request.headers["x-amz-target"].partition(".")
    if prefix != model.metadata["targetPrefix"] or name not in model.operation_names:
        raise Mismatch(f"no operation {request.headers['x-amz-target']}")
    operation = model.operation_model(name)
    return operation, _value(json.loads(request.body or b"{}"), operation.input_shape)


def _read_cbor(model: ServiceModel, request) -> tuple[OperationModel, dict]:
    found = re.fullmatch(r"/service/(\w+)/operation/(\w+)", request.target)
    if not found or found[1] != model.metadata["targetPrefix"] or found[2] not in model.operation_names:
        raise Mismatch(f"no operation {request.target}")
    operation = model.operation_model(found[2])
    with io.BufferedReader(io.BytesIO(request.body)) as body:
        return operation, _value(RpcV2CBORParser().parse_data_item(body), operation.input_shape)


def _read_query(model: ServiceModel, request) -> tuple[OperationModel, dict]:
    fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))
    name, version = fields.pop("Action"), fields.pop("Version")
    if name not in model.operation_names or version != model.api_version:
        raise Mismatch(f"no operation {name} of {version}")
    operation = model.operation_model(name)
    tree: dict = {}
    for path, text in fields.items():
        *folders, last = path.split(".")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = text
    return operation, _from_tree(tree, operation.input_shape) if tree else {}


def _from_tree(tree, shape: Shape):
    if shape.type_name == "structure":
        return {name: _from_tree(item, shape.members[name]) if name in shape.members else item for name, item in tree.items()}
    if shape.type_name == "map":
        return {entry["key"]: _from_tree(entry["value"], shape.value) for entry in tree["entry"].values()}
    if shape.type_name == "list":
        if tree == "":
            return []
        if set(tree) != {"member"}:
            raise Mismatch(f"{shape.name} is no list: {tree}")
        numbers = sorted(tree["member"], key=int)
        if [int(n) for n in numbers] != list(range(1, len(numbers) + 1)):
            raise Mismatch(f"{shape.name} has gaps: {numbers}")
        return [_from_tree(tree["member"][n], shape.member) for n in numbers]
    return _scalar(tree, shape)


def _read_rest(model: ServiceModel, request) -> tuple[OperationModel, dict]:
    url = urlsplit(request.target)
    operation, params = _route(model, request.method, url.path)
    shape = operation.input_shape
    if shape is None:
        return operation, {}
    located = {(m.serialization.get("location"), m.serialization.get("name", n)): (n, m) for n, m in shape.members.items()}
    _read_querystring(located, parse_qsl(url.query, keep_blank_values=True), params)
    for (location, name), (member, member_shape) in located.items():
        if location == "header" and name.lower() in request.headers:
            params[member] = _scalar(request.headers[name.lower()], member_shape)
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in ("blob", "string"):
        params[payload] = request.body
    elif payload:
        params[payload] = _value(json.loads(request.body), shape.members[payload])
    elif request.body:
        params |= _body(json.loads(request.body), located)
    return operation, params


def _route(model: ServiceModel, method: str, path: str) -> tuple[OperationModel, dict]:
    """The operation with the most literal characters wins, as `/tags/{arn}` does over `/{any}`."""
    candidates = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        template = operation.http["requestUri"].split("?")[0]
        labels = "".join(
            f"(?P<{part[1:-1].rstrip('+')}>{'.+' if part.endswith('+}') else '[^/]+'})" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[^}]+\})", template.rstrip("/"))
        )
        match = re.fullmatch(labels, path.rstrip("/"))
        if match and operation.http["method"] == method:
            candidates.append((len(re.sub(r"\{[^}]+\}", "", template)), operation, match.groupdict()))
    if not candidates:
        raise Mismatch(f"no operation {method} {path}")
    _, operation, labels = max(candidates, key=lambda c: c[0])
    members = operation.input_shape.members.items() if operation.input_shape else ()
    names = {m.serialization.get("name", n): (n, m) for n, m in members if m.serialization.get("location") == "uri"}
    return operation, {names[label][0]: _scalar(unquote(text), names[label][1]) for label, text in labels.items()}


def _read_querystring(located: dict, pairs: list[tuple[str, str]], params: dict) -> None:
    for name, text in pairs:
        member, shape = located.get(("querystring", name), (None, None))
        if member:
            is_list = shape.type_name == "list"
            params[member] = params.get(member, []) + [text] if is_list else _scalar(text, shape)
            continue
        maps = [n for (location, _), (n, m) in located.items() if location == "querystring" and m.type_name == "map"]
        if not maps:
            raise Mismatch(f"unknown query parameter {name}")
        params.setdefault(maps[0], {})[name] = text


def _body(body: dict, located: dict) -> dict:
    known = {name: member for (location, name), member in located.items() if location is None}
    return {known[name][0] if name in known else name: _value(item, known[name][1]) if name in known else item for name, item in body.items()}


def _value(value, shape: Shape):
    """What JSON cannot say: bytes."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {m.serialization.get("name", n): n for n, m in shape.members.items()}
        return {names.get(k, k): _value(v, shape.members[names[k]]) if k in names else v for k, v in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_value(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _value(item, shape.value) for name, item in value.items()}
    return base64.b64decode(value, validate=True) if shape.type_name == "blob" else value


def _scalar(text: str, shape: Shape):
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[text]
    return text
