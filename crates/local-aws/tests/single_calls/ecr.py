"""ECR (`docs/aws.md` 3): the control plane, and images put by it."""

import json

import image_archive
import registry

from .rows import Answer, Refusal

MISSING = "sha256:" + "0" * 64
LAMBDA = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
     "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}
)
NOBODY = LAMBDA.replace("lambda.amazonaws.com", "nobody")
MANY_TAGS = [{"Key": f"k{n}", "Value": "v"} for n in range(51)]
NOT_FOUND = "The repository with name 'none' does not exist in the registry with id '000000000000'"
LIFECYCLE = json.dumps({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}, "action": {"type": "expire"}}]})


def make(client) -> dict[str, str]:
    """Repositories `team/app` (images `one`, and `moved`, which was another before) and `fixed` (immutable, `one` and `new`)."""
    ecr = client("ecr")
    arn = ecr.create_repository(repositoryName="team/app", tags=[{"Key": "a", "Value": "b"}])["repository"]["repositoryArn"]
    ecr.create_repository(repositoryName="fixed", imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName="bare")
    one, old, new = (image_archive.blobs(text) for text in ("one", "old", "new"))
    for repository, tag, image in [("team/app", "one", one), ("team/app", "moved", old), ("team/app", "moved", new), ("fixed", "one", one), ("fixed", "new", new)]:
        registry.put(ecr, repository, tag, image)
    return {
        "arn": arn,
        "one": one[0].decode(),
        "new": new[0].decode(),
        "one_digest": image_archive.digest(one[0]),
        "old_digest": image_archive.digest(old[0]),
        "new_digest": image_archive.digest(new[0]),
    }


APP = {"repositoryName": "team/app"}
REFUSALS = [
    Refusal("3.1", "ecr", "create_repository", APP, "RepositoryAlreadyExistsException", "The repository with name 'team/app' already exists in the registry with id '000000000000'"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "egyptianArtAnalyzer"}, "InvalidParameterException", "repositoryName"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "a"}, "InvalidParameterException", "repositoryName"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "a" * 257}, "InvalidParameterException", "repositoryName"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "new", "tags": MANY_TAGS}, "TooManyTagsException"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "new", "tags": [{"Key": "aws:x", "Value": ""}]}, "InvalidTagParameterException"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "new", "imageTagMutability": "SOMETIMES"}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "create_repository", {"repositoryName": "new", "encryptionConfiguration": {"encryptionType": "DES"}}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "describe_repositories", {"repositoryNames": ["none"]}, "RepositoryNotFoundException", NOT_FOUND),
    Refusal("3.1", "ecr", "describe_repositories", {"repositoryNames": ["team/app"], "maxResults": 1}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "describe_repositories", {"maxResults": 1001}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "describe_repositories", {"repositoryNames": [f"r{n}" for n in range(101)]}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "delete_repository", {"repositoryName": "none"}, "RepositoryNotFoundException", NOT_FOUND),
    Refusal("3.1", "ecr", "delete_repository", APP, "RepositoryNotEmptyException", "cannot be deleted because it still contains images"),
    Refusal("3.1", "ecr", "set_repository_policy", APP | {"policyText": "{}"}, "InvalidParameterException", "Invalid repository policy provided"),
    Refusal("3.1", "ecr", "set_repository_policy", APP | {"policyText": NOBODY}, "InvalidParameterException", "Invalid repository policy provided"),
    Refusal("3.1", "ecr", "set_repository_policy", APP | {"policyText": LAMBDA + " " * 10_240}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "get_repository_policy", {"repositoryName": "bare"}, "RepositoryPolicyNotFoundException"),
    Refusal("3.1", "ecr", "delete_repository_policy", {"repositoryName": "bare"}, "RepositoryPolicyNotFoundException"),
    Refusal("3.1", "ecr", "put_lifecycle_policy", APP | {"lifecyclePolicyText": "{}"}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "put_lifecycle_policy", APP | {"lifecyclePolicyText": LIFECYCLE + " " * 30_720}, "InvalidParameterException"),
    Refusal("3.1", "ecr", "get_lifecycle_policy", {"repositoryName": "bare"}, "LifecyclePolicyNotFoundException"),
    Refusal("3.1", "ecr", "put_image_tag_mutability", {"repositoryName": "none", "imageTagMutability": "IMMUTABLE"}, "RepositoryNotFoundException", NOT_FOUND),
    Refusal("3.1", "ecr", "list_tags_for_resource", {"resourceArn": "arn:aws:ecr:us-east-2:000000000000:repository/none"}, "RepositoryNotFoundException", NOT_FOUND),
    Refusal("3.1", "ecr", "describe_images", APP | {"imageIds": [{"imageTag": "none"}]}, "ImageNotFoundException"),
    Refusal("3.1", "ecr", "describe_images", {"repositoryName": "none"}, "RepositoryNotFoundException", NOT_FOUND),
    Refusal("3.1", "ecr", "batch_delete_image", APP | {"imageIds": [{"imageTag": f"t{n}"} for n in range(101)]}, "InvalidParameterException"),
    Refusal("3.4", "ecr", "put_image", APP | {"imageManifest": "$one", "imageTag": "one"}, "ImageAlreadyExistsException"),
    Refusal("3.4", "ecr", "put_image", {"repositoryName": "fixed", "imageManifest": "$one", "imageTag": "one"}, "ImageAlreadyExistsException"),
    Refusal("3.4", "ecr", "put_image", {"repositoryName": "fixed", "imageManifest": "$new", "imageTag": "one"}, "ImageTagAlreadyExistsException"),
    Refusal("3.4", "ecr", "put_image", {"repositoryName": "bare", "imageManifest": "$one", "imageTag": "one"}, "LayersNotFoundException"),
]

ANSWERS = [
    Answer("3.1", "ecr", "describe_repositories", {"repositoryNames": ["team/app"]}, {"repositories": [{"repositoryName": "team/app", "imageTagMutability": "MUTABLE"}]}, lacks=("repositories.0.tags",)),
    Answer("3.1", "ecr", "list_tags_for_resource", {"resourceArn": "$arn"}, {"tags": [{"Key": "a", "Value": "b"}]}),
    Answer("3.1", "ecr", "set_repository_policy", APP | {"policyText": LAMBDA}),
    Answer("3.1", "ecr", "set_repository_policy", APP | {"policyText": LAMBDA}, note="again"),
    Answer("3.1", "ecr", "put_lifecycle_policy", APP | {"lifecyclePolicyText": LIFECYCLE}),
    Answer("3.1", "ecr", "put_image_tag_mutability", APP | {"imageTagMutability": "MUTABLE"}, {"imageTagMutability": "MUTABLE"}),
    Answer("3.1", "ecr", "describe_images", APP | {"imageIds": [{"imageTag": "moved"}]}, {"imageDetails": [{"imageDigest": "$new_digest", "imageTags": ["moved"], "imageManifestMediaType": image_archive.MANIFEST}]}, note="a tag that has moved"),
    Answer("16", "ecr", "describe_images", APP | {"imageIds": [{"imageDigest": "$old_digest"}]}, {"imageDetails": [{"imageDigest": "$old_digest"}]}, lacks=("imageDetails.0.imageTags",), note="the image that lost its tag stays"),
    Answer("3.1", "ecr", "batch_get_image", APP | {"imageIds": [{"imageTag": "one"}, {"imageTag": "none"}]}, {"images": [{"imageManifest": "$one"}], "failures": [{"failureCode": "ImageNotFound"}]}, note="failures inside a 200"),
    Answer("3.1", "ecr", "batch_delete_image", APP | {"imageIds": [{"imageDigest": MISSING}]}, {"imageIds": [], "failures": [{"failureCode": "ImageNotFound"}]}, note="failures inside a 200"),
    Answer("3.1", "ecr", "put_image", APP | {"imageManifest": "$one", "imageTag": "more-$n"}, {"image": {"imageId": {"imageDigest": "$one_digest"}}}, note="one more tag"),
    Answer("3.1", "ecr", "create_repository", {"repositoryName": "new-$n"}, {"repository": {"imageTagMutability": "MUTABLE", "encryptionConfiguration": {"encryptionType": "AES256"}}}),
    Answer("3.1", "ecr", "delete_repository", {"repositoryName": "new-$n"}),
]
