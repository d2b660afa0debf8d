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
    """As `local_aws`, and as slow to agree and as strict about how often it is asked as AWS. With this seed it takes about as long as
    it may for all of it (a role 9.9 s, a new function 7.2 s, an update 3.7 s, a key 24 s): also a slow machine asks too early."""
    aws = LocalAws.start("--consistency", "realistic", "--seed", "12882", log=tmp_path_factory.mktemp("slow") / "log")
    yield aws
    assert aws.stop() in (0, 130), "it did not end well on Ctrl-C"
