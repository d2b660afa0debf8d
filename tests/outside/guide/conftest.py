import subprocess

import pytest


@pytest.fixture(scope="module")
def docker_left_clean():
    """Takes registries' hosts; forgets what the commands gave Docker for them, once the local AWS has stopped using it."""
    hosts = []
    yield hosts
    name = "jere-egyptian-art-analyzer:latest"
    for host in hosts:
        subprocess.run(["docker", "logout", host], capture_output=True, check=True)
        subprocess.run(["docker", "rmi", name, f"{host}/{name}"], capture_output=True, check=True)
