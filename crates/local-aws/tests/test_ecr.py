"""ECR as boto3 sees it: every operation, its errors and its pages."""

import json
import urllib.request

import pytest
import registry
from botocore.exceptions import ClientError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MISSING = "sha256:" + "0" * 64


@pytest.fixture
def ecr(local_aws):
    client = local_aws.client("ecr")
    yield client
    for repository in all_of(client, "describe_repositories", "repositories"):
        client.delete_repository(repositoryName=repository["repositoryName"], force=True)


@pytest.fixture
def app(ecr):
    return ecr.create_repository(repositoryName="team/app")["repository"]


def all_of(client, operation, member, **arguments):
    """All items, on pages of two."""
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **arguments)
    return [item for page in pages for item in page[member]]


def refused(operation, **arguments):
    with pytest.raises(ClientError) as refusal:
        operation(**arguments)
    error = refusal.value.response["Error"]
    return error["Code"], error["Message"]


def put(ecr, content, tag, repository="team/app"):
    """Pushes an image of one layer; answers its manifest and id."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
    kind = "application/vnd.oci.image"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": f"{kind}.config.v1+json", **registry.upload(ecr, repository, config.encode())},
            "layers": [{"mediaType": f"{kind}.layer.v1.tar+gzip", **registry.upload(ecr, repository, content)}],
        }
    )
    image = ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)["image"]
    return manifest, image["imageId"]


def test_repositories(ecr, local_aws):
    filters = [{"filterType": "WILDCARD", "filter": "dev*"}]
    made = ecr.create_repository(
        repositoryName="team/app",
        tags=[{"Key": "lambdeploy:stack", "Value": "art"}],
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters,
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfiguration={"encryptionType": "KMS"},
    )["repository"]
    assert made["repositoryUri"] == f"{local_aws.host}/team/app"
    assert made["imageTagMutabilityExclusionFilters"] == filters
    assert ecr.describe_repositories(repositoryNames=["team/app"])["repositories"] == [made]
    code, text = refused(ecr.create_repository, repositoryName="team/app")
    assert code == "RepositoryAlreadyExistsException"
    assert text == "The repository with name 'team/app' already exists in the registry with id '000000000000'"
    for name in ["aa", "bb", "cc", "dd"]:
        ecr.create_repository(repositoryName=name)
    names = [r["repositoryName"] for r in all_of(ecr, "describe_repositories", "repositories")]
    assert names == ["aa", "bb", "cc", "dd", "team/app"]
    ecr.delete_repository(repositoryName="aa")
    assert refused(ecr.delete_repository, repositoryName="aa")[0] == "RepositoryNotFoundException"
    assert refused(ecr.create_repository, repositoryName="TeamApp")[0] == "InvalidParameterException"


def test_settings(ecr, app):
    name = {"repositoryName": "team/app"}
    ecr.put_image_tag_mutability(imageTagMutability="IMMUTABLE", **name)
    ecr.put_image_scanning_configuration(imageScanningConfiguration={"scanOnPush": True}, **name)
    now = ecr.describe_repositories()["repositories"][0]
    assert (now["imageTagMutability"], now["imageScanningConfiguration"]) == ("IMMUTABLE", {"scanOnPush": True})
    arn = {"resourceArn": app["repositoryArn"]}
    ecr.tag_resource(tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], **arn)
    ecr.untag_resource(tagKeys=["a"], **arn)
    assert ecr.list_tags_for_resource(**arn)["tags"] == [{"Key": "b", "Value": "2"}]
    tags = [{"Key": "aws:a", "Value": ""}]
    assert refused(ecr.tag_resource, tags=tags, **arn)[0] == "InvalidTagParameterException"


def test_policies(ecr, app):
    name = {"repositoryName": "team/app"}
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:BatchGetImage"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    assert refused(ecr.get_repository_policy, **name)[0] == "RepositoryPolicyNotFoundException"
    ecr.set_repository_policy(policyText=json.dumps(policy), **name)
    assert json.loads(ecr.get_repository_policy(**name)["policyText"]) == policy
    code, text = refused(ecr.set_repository_policy, policyText="{}", **name)
    assert (code, "Invalid repository policy provided" in text) == ("InvalidParameterException", True)
    ecr.delete_repository_policy(**name)
    assert refused(ecr.delete_repository_policy, **name)[0] == "RepositoryPolicyNotFoundException"
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    lifecycle = json.dumps({"rules": [rule]})
    assert refused(ecr.get_lifecycle_policy, **name)[0] == "LifecyclePolicyNotFoundException"
    ecr.put_lifecycle_policy(lifecyclePolicyText=lifecycle, **name)
    assert ecr.get_lifecycle_policy(**name)["lifecyclePolicyText"] == lifecycle
    ecr.delete_lifecycle_policy(**name)
    assert refused(ecr.get_lifecycle_policy, **name)[0] == "LifecyclePolicyNotFoundException"


def test_images(ecr, app):
    name = {"repositoryName": "team/app"}
    manifest, v1 = put(ecr, b"one", "v1")
    for n in range(4):
        put(ecr, b"%d" % n, f"t{n}")
    again = {"imageManifest": manifest, **name}
    assert refused(ecr.put_image, imageTag="v1", **again)[0] == "ImageAlreadyExistsException"
    ecr.put_image_tag_mutability(imageTagMutability="IMMUTABLE", **name)
    assert refused(ecr.put_image, imageTag="t1", **again)[0] == "ImageTagAlreadyExistsException"
    assert ecr.put_image(imageTag="v2", **again)["image"]["imageId"]["imageTag"] == "v2"
    details = all_of(ecr, "describe_images", "imageDetails", **name)
    one = next(d for d in details if d["imageDigest"] == v1["imageDigest"])
    assert (len(details), one["imageTags"], one["imageManifestMediaType"]) == (5, ["v1", "v2"], MANIFEST)
    assert len(all_of(ecr, "list_images", "imageIds", **name)) == 6
    code, text = refused(ecr.describe_images, imageIds=[{"imageTag": "x"}], **name)
    assert code == "ImageNotFoundException"
    assert "{imageDigest:'null', imageTag:'x'}" in text
    got = ecr.batch_get_image(imageIds=[{"imageTag": "v1"}, {"imageTag": "x"}], **name)
    assert (got["images"][0]["imageManifest"], got["images"][0]["imageId"]) == (manifest, v1)
    assert got["failures"][0]["failureCode"] == "ImageNotFound"


def test_layers(ecr, app):
    name = {"repositoryName": "team/app"}
    manifest, _ = put(ecr, b"one", "v1")
    layer = json.loads(manifest)["layers"][0]["digest"]
    layers = ecr.batch_check_layer_availability(layerDigests=[layer, MISSING], **name)["layers"]
    assert [one["layerAvailability"] for one in layers] == ["AVAILABLE", "UNAVAILABLE"]
    url = ecr.get_download_url_for_layer(layerDigest=layer, **name)["downloadUrl"]
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"one"
    assert refused(ecr.get_download_url_for_layer, layerDigest=MISSING, **name)[0] == "LayersNotFoundException"
    ecr.create_repository(repositoryName="empty")
    missing = refused(ecr.put_image, repositoryName="empty", imageManifest=manifest)
    assert missing[0] == "LayersNotFoundException"


def test_deleting_images(ecr, app):
    name = {"repositoryName": "team/app"}
    manifest, v1 = put(ecr, b"one", "v1")
    ecr.put_image(imageManifest=manifest, imageTag="v2", **name)
    assert refused(ecr.delete_repository, **name)[0] == "RepositoryNotEmptyException"
    first = ecr.batch_delete_image(imageIds=[{"imageTag": "v1"}, {"imageDigest": MISSING}, {}], **name)
    assert first["imageIds"] == [v1]
    assert [f["failureCode"] for f in first["failures"]] == ["ImageNotFound", "MissingDigestAndTag"]
    ecr.batch_delete_image(imageIds=[{"imageDigest": v1["imageDigest"]}], **name)
    assert ecr.list_images(**name)["imageIds"] == []
    ecr.delete_repository(**name)
