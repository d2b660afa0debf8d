"""Build contexts that nobody would wish for: many files, a huge one, names of any bytes, links everywhere."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import pytest
from places import BINARY

STACK = """
stack: odd
region: us-east-2
functions: {f: {image: {context: context}}}
api: {routes: {GET /: f}, auth: none}
"""
MANY = 100_000
MB = 1024 * 1024
# A small process in between: a child's peak of memory begins with its parent's.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "stack.yaml").write_text(STACK)
    (tmp_path / "context").mkdir()
    (tmp_path / "context/Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    return tmp_path


def run(local_aws, folder: Path, *arguments: str) -> tuple[float, int]:
    """Seconds, and bytes of memory at most."""
    command = [sys.executable, "-c", MEASURED, BINARY, *arguments, "--local", "-f", str(folder / "stack.yaml")]
    environment = local_aws.environment() | {"LAMBDEPLOY_LOCAL": local_aws.url}
    since = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - since, int(done.stderr.split()[-1]) * 1024


def test_a_hundred_thousand_files(local_aws, folder):
    context = folder / "context"
    for number in range(MANY):
        if number % 1000 == 0:
            (context / f"d{number}").mkdir()
        (context / f"d{number - number % 1000}/file{number}.py").write_bytes(b"x")
    (context / ".dockerignore").write_text("**/*.md\n*.log\n!keep.log\n**/__pycache__\nnode_modules\n.git\n**/.env*\n")
    seconds, memory = run(local_aws, folder, "plan")
    print(f"{MANY} files: {seconds:.1f} s, {memory / MB:.0f} MB")
    assert seconds < 60
    assert memory < 120 * MB
    shutil.rmtree(context)


def test_a_sparse_file_of_a_gigabyte(local_aws, folder):
    with (folder / "context/model.bin").open("wb") as model:
        model.truncate(1024 * MB)
    seconds, memory = run(local_aws, folder, "plan")
    print(f"1 GB: {seconds:.1f} s, {memory / MB:.0f} MB")
    assert memory < 100 * MB


ODD = [
    b"-rf", b"--help", b" leading and trailing ", b"new\nline", b"tab\there", b"quote'\"`$(x)", b"back\\slash", b"not UTF-8 \xff\xfe", b"\xf0\x9f\x98\x80",
    b"n" * 101, b"n" * 255, b"...", b"~", b"*", b"[a]", b"?", b"#x", b"!x", b"%00", b"a:b", b"a=b", b"CON", b"\x01\x7f",
]  # fmt: skip


def test_names_and_links_arrive_as_they_are(local_aws, folder):
    if subprocess.run(["docker", "version"], capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    context = os.fsencode(folder / "context")
    for number, name in enumerate(ODD):
        with open(os.path.join(context, name), "wb") as file:
            file.write(b"%d" % number)
    deep = b"/".join([b"deep" * 20] * 10)
    os.makedirs(os.path.join(context, deep))
    with open(os.path.join(context, deep, b"file"), "wb") as file:
        file.write(b"deep")
    links = {b"absolute": b"/etc/passwd", b"dangling": b"nowhere", b"loop": b"loop", b"up": b"../../outside", b"long": b"t" * 200, b"dots": b"./a/../b"}
    for name, target in links.items():
        os.symlink(target, os.path.join(context, name))
    run(local_aws, folder, "up", "--yes", "--no-verify", "--no-smoke", "--quiet")
    members = {os.fsencode(m.name).rstrip(b"/"): (m, content) for m, content in layer(local_aws)}
    for number, name in enumerate(ODD):
        assert members[name][1] == b"%d" % number, name
    assert members[deep + b"/file"][1] == b"deep"
    for name, target in links.items():
        assert os.path.normpath(os.fsencode(members[name][0].linkname)) == os.path.normpath(target), name
    run(local_aws, folder, "destroy", "--yes", "--quiet")


def layer(local_aws) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The one layer of the one image in the registry."""
    from botocore.session import Session

    ecr = Session().create_client("ecr", endpoint_url=local_aws.url, region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="x")
    tag = ecr.list_images(repositoryName="odd/f")["imageIds"][0]
    image = ecr.batch_get_image(repositoryName="odd/f", imageIds=[tag])["images"][0]
    digest = json.loads(image["imageManifest"])["layers"][0]["digest"]
    url = ecr.get_download_url_for_layer(repositoryName="odd/f", layerDigest=digest)["downloadUrl"]
    with urllib.request.urlopen(url) as answer, tarfile.open(fileobj=io.BytesIO(answer.read())) as archive:
        return [(m, archive.extractfile(m).read() if m.isfile() else b"") for m in archive]
