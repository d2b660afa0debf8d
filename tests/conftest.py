import pytest

from local_aws import LocalAws


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory):
    """A local AWS of the module's own, empty at its start."""
    aws = LocalAws.start(log=tmp_path_factory.mktemp("local") / "log")
    yield aws
    assert aws.stop() in (0, 130), "it did not end well on Ctrl-C"


@pytest.fixture(scope="module")
def slow_aws(tmp_path_factory):
    """As `local_aws`, and as slow to agree and as strict about how often it is asked as AWS."""
    aws = LocalAws.start("--consistency", "realistic", log=tmp_path_factory.mktemp("slow") / "log")
    yield aws
    assert aws.stop() in (0, 130), "it did not end well on Ctrl-C"
