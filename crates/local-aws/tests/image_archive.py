"""The smallest image that can be pushed: one layer with one file, as an OCI layout in a tar."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def blobs(text: str) -> tuple[bytes, bytes, bytes]:
    """The manifest, the config and the layer of an image that holds `text`."""
    plain = tar({"var/task/text": text.encode()})
    layer = gzip.compress(plain, mtime=0)
    rootfs = {"type": "layers", "diff_ids": [digest(plain)]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["text"]}, "rootfs": rootfs}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, config),
        "layers": [descriptor(LAYER, layer)],
    }
    return json.dumps(manifest).encode(), config, layer


def index(manifest: bytes) -> str:
    """An index with that one manifest."""
    child = descriptor(MANIFEST, manifest) | {"platform": {"architecture": "amd64", "os": "linux"}}
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [child]})


def write(file: Path, text: str) -> None:
    manifest, config, layer = blobs(text)
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": index(manifest).encode()}
    files |= {f"blobs/sha256/{digest(blob)[7:]}": blob for blob in (manifest, config, layer)}
    file.write_bytes(tar(files))


def tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def descriptor(media_type: str, blob: bytes) -> dict:
    return {"mediaType": media_type, "digest": digest(blob), "size": len(blob)}
