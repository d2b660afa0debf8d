//! Create, read, update, delete.

use super::*;
use crate::testing::refused;
use base64::{Engine, engine::general_purpose::STANDARD};

async fn empty() -> LocalAws {
    world(echo(), Consistency::Instant).await
}

async fn code_of(aws: &LocalAws) -> Value {
    ok(aws, "lambda", "GetFunction", json!({"FunctionName": "greet"})).await["Code"].clone()
}

#[tokio::test]
async fn a_new_function_has_every_member_that_aws_answers() {
    let aws = empty().await;
    let mut created = ok(&aws, "lambda", "CreateFunction", greet()).await;
    let members = created.as_object_mut().unwrap();
    let modified = members.remove("LastModified").unwrap();
    assert!(modified.as_str().unwrap().ends_with("+0000"), "{modified}");
    assert_eq!(members.remove("RevisionId").unwrap().as_str().unwrap().len(), 36);
    let digest = members.remove("CodeSha256").unwrap();
    let expected = json!({
        "FunctionName": "greet", "FunctionArn": ARN, "Role": ROLE, "CodeSize": 0, "Description": "",
        "Timeout": 3, "MemorySize": 128, "Version": "$LATEST", "TracingConfig": {"Mode": "PassThrough"},
        "PackageType": "Image", "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/greet"},
        "State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating",
    });
    assert_eq!(created, expected);
    let resolved = format!("{REGISTRY}/app@sha256:{}", digest.as_str().unwrap());
    let location = json!({"RepositoryType": "ECR", "ImageUri": format!("{REGISTRY}/app:v1"), "ResolvedImageUri": resolved});
    assert_eq!(code_of(&aws).await, location);
}

#[tokio::test]
async fn what_can_be_seen_in_the_request_alone_is_refused_first() {
    let aws = empty().await;
    let cases = [
        (
            json!({"Role": "r1"}),
            "ValidationException",
            r"1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
        ),
        (
            json!({"Role": null}),
            "ValidationException",
            "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"Timeout": 1801, "MemorySize": 64}),
            "ValidationException",
            "2 validation errors detected: Value '1801' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 1800; Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
        ),
        (
            json!({"MemorySize": 10241}),
            "InvalidParameterValueException",
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240",
        ),
        (
            json!({"Architectures": ["x86_64", "arm64"]}),
            "ValidationException",
            "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
        ),
        (
            json!({"Architectures": ["X86_64"]}),
            "ValidationException",
            "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        ),
        (
            json!({"Environment": {"Variables": {"A": "x"}}}),
            "ValidationException",
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        ),
        (
            json!({"Environment": {"Variables": {"AWS_REGION": "x", "OK": "y"}}}),
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION",
        ),
        (
            json!({"Runtime": "python3.12"}),
            "InvalidParameterValueException",
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
        ),
        (
            json!({"FunctionName": "a".repeat(65)}),
            "InvalidParameterValueException",
            &format!(
                "1 validation error detected: Value '{}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64",
                "a".repeat(65)
            ),
        ),
        (
            json!({"FunctionName": "in valid"}),
            "ValidationException",
            r"1 validation error detected: Value 'in valid' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
        ),
        (
            json!({"Layers": ["arn:aws:lambda:us-east-2:000000000000:layer:x:1"]}),
            "NotImplemented",
            "the member Layers of a function is not implemented by the local AWS",
        ),
    ];
    for (members, code, text) in cases {
        let (is, message) = refused(&aws, "lambda", "CreateFunction", with(greet(), members)).await;
        assert_eq!((is.as_str(), message.as_str()), (code, text));
    }
}

#[tokio::test]
async fn environments_are_measured_as_json_and_limited_to_4_kb() {
    let aws = empty().await;
    let fits = "x".repeat(4096 - r#"{"LARGE":""}"#.len());
    let variables = |value: &str| json!({"Environment": {"Variables": {"LARGE": value}}});
    let (code, text) =
        refused(&aws, "lambda", "CreateFunction", with(greet(), variables(&format!("{fits}x")))).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert!(text.contains("exceeded the 4KB limit. String measured: {\"LARGE\":\"xxx"), "{text}");
    ok(&aws, "lambda", "CreateFunction", with(greet(), variables(&fits))).await;
}

#[tokio::test]
async fn the_role_is_judged_before_the_image_and_the_image_before_its_permission() {
    let aws = empty().await;
    let unknown = json!({"Role": "arn:aws:iam::000000000000:role/nobody", "Code": {"ImageUri": "nonsense"}});
    let (code, text) = refused(&aws, "lambda", "CreateFunction", with(greet(), unknown)).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(text, "The role defined for the function cannot be assumed by Lambda.");
    let index = ecr::testing::index(&[&code_digest(&aws).await]);
    let input = json!({"repositoryName": "app", "imageManifest": index, "imageTag": "index"});
    ok(&aws, "ecr", "PutImage", input).await;
    let image = |uri: &str| json!({"Code": {"ImageUri": uri}});
    let cases = [
        ("nonsense", "Source image nonsense is not valid. Provide a valid source image."),
        ("127.0.0.1:4566/app", "Source image 127.0.0.1:4566/app is not valid. Provide a valid source image."),
        (
            "docker.io/library/app:v1",
            "Source image docker.io/library/app:v1 is not valid. Provide a valid source image.",
        ),
        (
            "127.0.0.1:4566/app:v2",
            "Source image 127.0.0.1:4566/app:v2 does not exist. Provide a valid source image.",
        ),
        (
            "127.0.0.1:4566/app:index",
            "The image manifest, config or layer media type for the source image 127.0.0.1:4566/app:index is not supported.",
        ),
    ];
    for (uri, expected) in cases {
        let (code, text) = refused(&aws, "lambda", "CreateFunction", with(greet(), image(uri))).await;
        assert_eq!((code.as_str(), text.as_str()), ("InvalidParameterValueException", expected));
    }
    let aws_name = "000000000000.dkr.ecr.us-east-2.amazonaws.com/app:v1";
    ok(&aws, "lambda", "CreateFunction", with(greet(), image(aws_name))).await;
}

async fn code_digest(aws: &LocalAws) -> String {
    let found = ok(aws, "ecr", "DescribeImages", json!({"repositoryName": "app"})).await;
    found["imageDetails"][0]["imageDigest"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn create_lets_lambda_into_the_repository_and_update_does_not() {
    let aws = empty().await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let policy = ok(&aws, "ecr", "GetRepositoryPolicy", json!({"repositoryName": "app"})).await;
    let text = policy["policyText"].as_str().unwrap();
    assert!(text.contains("LambdaECRImageRetrievalPolicy"), "{text}");
    ok(&aws, "ecr", "DeleteRepositoryPolicy", json!({"repositoryName": "app"})).await;
    let update = json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:v1")});
    let (code, text) = refused(&aws, "lambda", "UpdateFunctionCode", update).await;
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(text, "Lambda does not have permission to access the ECR image. Check the ECR permissions.");
}

#[tokio::test]
async fn a_statement_of_others_stays_beside_lambdas_own() {
    let aws = empty().await;
    let other = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ci", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "ecr:*"}]});
    let input = json!({"repositoryName": "app", "policyText": other.to_string()});
    ok(&aws, "ecr", "SetRepositoryPolicy", input).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let policy = ok(&aws, "ecr", "GetRepositoryPolicy", json!({"repositoryName": "app"})).await;
    let policy: Value = serde_json::from_str(policy["policyText"].as_str().unwrap()).unwrap();
    let sids: Vec<_> = policy["Statement"].as_array().unwrap().iter().map(|s| &s["Sid"]).collect();
    assert_eq!(sids, ["ci", "LambdaECRImageRetrievalPolicy"]);
}

#[tokio::test]
async fn a_tag_is_resolved_once() {
    let aws = with_function(&echo()).await;
    let before = code_of(&aws).await;
    ecr::testing::push(&aws, "app", "v1", "second").await;
    assert_eq!(code_of(&aws).await, before);
    let update = json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:v1"), "Architectures": ["arm64"]});
    let dry = ok(&aws, "lambda", "UpdateFunctionCode", with(update.clone(), json!({"DryRun": true}))).await;
    assert_ne!(dry["CodeSha256"], json!(before["ResolvedImageUri"].as_str().unwrap().split_at(30).1));
    assert_eq!(code_of(&aws).await, before);
    let updated = ok(&aws, "lambda", "UpdateFunctionCode", update).await;
    assert_eq!(updated["CodeSha256"], dry["CodeSha256"]);
    assert_eq!(updated["Architectures"], json!(["arm64"]));
    assert_ne!(code_of(&aws).await, before);
}

#[tokio::test]
async fn updates_replace_the_environment_and_keep_what_they_leave_out() {
    let aws = empty().await;
    let config = json!({"EntryPoint": ["sh"], "Command": ["-c", "echo"], "WorkingDirectory": "/app1"});
    let given = json!({"Environment": {"Variables": {"AA": "1", "BB": "2"}}, "ImageConfig": config, "MemorySize": 256});
    ok(&aws, "lambda", "CreateFunction", with(greet(), given)).await;
    let update = |members: Value| {
        ok(&aws, "lambda", "UpdateFunctionConfiguration", with(json!({"FunctionName": "greet"}), members))
    };
    let reply = update(json!({"Environment": {"Variables": {"CC": "3"}}})).await;
    assert_eq!(reply["Environment"], json!({"Variables": {"CC": "3"}}));
    assert_eq!(reply["ImageConfigResponse"], json!({"ImageConfig": config}));
    let reply = update(json!({"ImageConfig": {"Command": ["x"]}})).await;
    assert_eq!(reply["ImageConfigResponse"], json!({"ImageConfig": {"Command": ["x"]}}));
    let reply = update(json!({"ImageConfig": {}, "Environment": {"Variables": {}}, "Timeout": 29})).await;
    assert_eq!(reply.get("ImageConfigResponse"), None);
    assert_eq!(reply["Environment"], json!({"Variables": {}}));
    assert_eq!((&reply["MemorySize"], &reply["Timeout"]), (&json!(256), &json!(29)));
}

#[tokio::test]
async fn zip_and_image_functions_do_not_become_each_other() {
    let aws = with_function(&echo()).await;
    let zip = json!({
        "FunctionName": "zipped", "Role": ROLE, "Runtime": "python3.12", "Handler": "app.handler",
        "Code": {"ZipFile": STANDARD.encode(b"PK\x03\x04rest")},
    });
    let created = ok(&aws, "lambda", "CreateFunction", zip.clone()).await;
    assert_eq!((&created["PackageType"], &created["CodeSize"]), (&json!("Zip"), &json!(8)));
    let texts = [
        (
            json!({"FunctionName": "zipped", "ImageUri": "x"}),
            "Please don't provide ImageUri when updating a function with packageType Zip.",
        ),
        (
            json!({"FunctionName": "greet", "ZipFile": "UEs="}),
            "Please provide ImageUri when updating a function with packageType Image.",
        ),
        (
            json!({"FunctionName": "zipped", "ZipFile": "AAAA"}),
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
    ];
    for (input, expected) in texts {
        let (code, text) = refused(&aws, "lambda", "UpdateFunctionCode", input).await;
        assert_eq!((code.as_str(), text.as_str()), ("InvalidParameterValueException", expected));
    }
    let bare = json!({"FunctionName": "bare", "Role": ROLE, "Code": zip["Code"]});
    let (_, text) = refused(&aws, "lambda", "CreateFunction", bare).await;
    assert_eq!(
        text,
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    );
    let input = json!({"FunctionName": "zipped"});
    let (code, _) = refused(&aws, "lambda", "Invoke", input).await;
    assert_eq!(code, "NotImplemented");
}

#[tokio::test]
async fn a_function_is_found_by_name_arn_and_partial_arn() {
    let aws = with_function(&echo()).await;
    let get = |name: &str| json!({"FunctionName": name});
    for name in ["greet", ARN, "000000000000:function:greet", "function:greet"] {
        let found = ok(&aws, "lambda", "GetFunctionConfiguration", get(name)).await;
        assert_eq!(found["FunctionArn"], json!(ARN), "{name}");
    }
    let latest = ok(&aws, "lambda", "GetFunctionConfiguration", get("greet:$LATEST")).await;
    assert_eq!(latest["FunctionArn"], json!(format!("{ARN}:$LATEST")));
    let cases = [
        ("nobody", "Function not found: arn:aws:lambda:us-east-2:000000000000:function:nobody"),
        ("greet:7", "Function not found: arn:aws:lambda:us-east-2:000000000000:function:greet:7"),
        (
            "arn:aws:lambda:eu-west-1:000000000000:function:greet",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-2')",
        ),
    ];
    for (name, expected) in cases {
        let (code, text) = refused(&aws, "lambda", "GetFunction", get(name)).await;
        assert_eq!((code.as_str(), text.as_str()), ("ResourceNotFoundException", expected));
    }
    let input = json!({"FunctionName": "greet:1", "Qualifier": "2"});
    let (_, text) = refused(&aws, "lambda", "GetFunction", input).await;
    assert_eq!(text, "The derived qualifier from the function name does not match the specified qualifier.");
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_the_world_is_as_before() {
    let aws = empty().await;
    ok(&aws, "ecr", "SetRepositoryPolicy", json!({"repositoryName": "app", "policyText": pull_policy()}))
        .await;
    let before = aws.dump();
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let (code, text) = refused(&aws, "lambda", "CreateFunction", greet()).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("ResourceConflictException", "Function already exist: greet")
    );
    ok(&aws, "lambda", "DeleteFunction", json!({"FunctionName": "greet"})).await;
    let (code, _) = refused(&aws, "lambda", "DeleteFunction", json!({"FunctionName": "greet"})).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(aws.dump(), before);
}

fn pull_policy() -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": "arn:aws:lambda:us-east-2:000000000000:function:*"}}}]})
    .to_string()
}
