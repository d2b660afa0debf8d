"""Images into ECR without Docker: layers by the registry's protocol, the manifest by PutImage."""

import base64
import json
import urllib.request

import image_archive


def upload(ecr, repository: str, content: bytes) -> dict:
    """Puts a blob there; answers what a manifest says of it."""
    data = ecr.get_authorization_token()["authorizationData"][0]
    assert base64.b64decode(data["authorizationToken"]).startswith(b"AWS:")
    digest = image_archive.digest(content)
    url = f"{data['proxyEndpoint']}/v2/{repository}/blobs/uploads/?digest={digest}"
    headers = {"Authorization": f"Basic {data['authorizationToken']}"}
    urllib.request.urlopen(urllib.request.Request(url, data=content, headers=headers)).close()
    return {"digest": digest, "size": len(content)}


def put(ecr, repository: str, tag: str, image: tuple[bytes, bytes, bytes]) -> None:
    """`image` is a manifest, its config and its layer, as `image_archive.blobs` makes them."""
    manifest, config, layer = image
    upload(ecr, repository, config)
    upload(ecr, repository, layer)
    ecr.put_image(repositoryName=repository, imageManifest=manifest.decode(), imageTag=tag, imageManifestMediaType=json.loads(manifest)["mediaType"])
