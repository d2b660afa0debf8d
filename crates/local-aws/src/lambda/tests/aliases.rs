//! Aliases: where they send calls, what they refuse, and the policies of their own.

use super::*;
use crate::testing::refused;

fn of(members: Value) -> Value {
    with(json!({"FunctionName": "greet"}), members)
}

/// `greet` with the versions 1 and 2, which answer their number.
async fn two_versions(consistency: Consistency) -> LocalAws {
    let engine = Arc::new(Scripted::new(|_, started| {
        Reaction::Respond(json!(started.environment.get("AWS_LAMBDA_FUNCTION_VERSION")))
    }));
    let aws = world(engine, consistency).await;
    let settles = Duration::from_mins(u64::from(consistency == Consistency::Realistic));
    tokio::time::sleep(settles).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    for timeout in [5, 6] {
        tokio::time::sleep(settles).await;
        ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
        ok(&aws, "lambda", "UpdateFunctionConfiguration", of(json!({"Timeout": timeout}))).await;
    }
    aws
}

async fn call(aws: &LocalAws, qualifier: &str) -> Value {
    ok(aws, "lambda", "Invoke", of(json!({"Qualifier": qualifier}))).await
}

#[tokio::test]
async fn an_alias_sends_a_share_of_its_calls_to_a_second_version() {
    let aws = two_versions(Consistency::Instant).await;
    let weights = |share: f64| json!({"RoutingConfig": {"AdditionalVersionWeights": {"2": share}}});
    let made = with(json!({"Name": "live", "FunctionVersion": "1"}), weights(0.2));
    let made = ok(&aws, "lambda", "CreateAlias", of(made)).await;
    assert_eq!(made["RoutingConfig"], weights(0.2)["RoutingConfig"]);
    let mut second = 0;
    for _ in 0..200 {
        second += usize::from(call(&aws, "live").await == "2");
    }
    assert!((20..=60).contains(&second), "{second} of 200");
    // The weights stay where another member changes, and so the version can't become the second one.
    let (_, text) =
        refused(&aws, "lambda", "UpdateAlias", of(json!({"Name": "live", "FunctionVersion": "2"}))).await;
    assert_eq!(
        text,
        "Invalid function version 2. Function version 2 is already included in routing configuration."
    );
    let whole =
        json!({"Name": "live", "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {}}});
    let moved = ok(&aws, "lambda", "UpdateAlias", of(whole)).await;
    assert_eq!((&moved["FunctionVersion"], moved.get("RoutingConfig")), (&json!("2"), None));
    assert_eq!(call(&aws, "live").await, "2");
    let log = invocations(&aws);
    let counted = |version: &str| log.iter().filter(|r| r.executed_version == version).count();
    assert_eq!((counted("1"), counted("2")), (200 - second, second + 1));
    assert!(log.iter().all(|r| r.qualifier.as_deref() == Some("live")));
}

#[tokio::test]
async fn who_is_called_by_an_alias_knows_it_and_the_caller_knows_the_version() {
    let aws = two_versions(Consistency::Instant).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "2"}))).await;
    for (name, version) in
        [("greet", "$LATEST"), ("greet:1", "1"), ("greet:live", "2"), (&format!("{ARN}:live"), "2")]
    {
        let request = Client::of(&aws).request("lambda", "Invoke", json!({"FunctionName": name}), None);
        let response = aws.handle(request).await;
        assert_eq!(response.headers()["x-amz-executed-version"], version, "{name}");
    }
    let shown = ok(&aws, "lambda", "GetFunction", of(json!({"Qualifier": "live"}))).await;
    assert_eq!(shown["Configuration"]["FunctionArn"], json!(format!("{ARN}:live")));
    assert_eq!(shown["Configuration"]["Version"], "2");
}

#[tokio::test]
async fn each_change_is_a_revision_and_a_stale_one_changes_nothing() {
    let aws = two_versions(Consistency::Instant).await;
    let made = ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    let same = ok(&aws, "lambda", "UpdateAlias", of(json!({"Name": "live"}))).await;
    assert_ne!(made["RevisionId"], same["RevisionId"], "even where nothing changes");
    let stale = json!({"Name": "live", "FunctionVersion": "2", "RevisionId": made["RevisionId"]});
    let (code, text) = refused(&aws, "lambda", "UpdateAlias", of(stale)).await;
    assert_eq!(code, "PreconditionFailedException");
    assert!(text.contains("Call the GetFunction/GetAlias API"), "{text}");
    let moved =
        json!({"Name": "live", "FunctionVersion": "2", "Description": "d", "RevisionId": same["RevisionId"]});
    let moved = ok(&aws, "lambda", "UpdateAlias", of(moved)).await;
    assert_eq!(ok(&aws, "lambda", "GetAlias", of(json!({"Name": "live"}))).await, moved);
    assert_eq!((&moved["FunctionVersion"], &moved["Description"]), (&json!("2"), &json!("d")));
}

#[tokio::test]
async fn two_versions_of_different_roles_share_no_alias() {
    let aws = two_versions(Consistency::Instant).await;
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"RoleName": "other", "AssumeRolePolicyDocument": trust.to_string()});
    ok(&aws, "iam", "CreateRole", role).await;
    let other = json!({"Role": "arn:aws:iam::000000000000:role/other"});
    ok(&aws, "lambda", "UpdateFunctionConfiguration", of(other)).await;
    ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
    let shared = json!({"Name": "live", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}});
    let (code, text) = refused(&aws, "lambda", "CreateAlias", of(shared)).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(text, "Specified versions must be associated with the same execution role");
}

#[tokio::test]
async fn a_version_stays_as_long_as_an_alias_names_it() {
    let aws = two_versions(Consistency::Instant).await;
    let shared = json!({"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}});
    ok(&aws, "lambda", "CreateAlias", of(with(shared, json!({"Name": "live"})))).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "too", "FunctionVersion": "1"}))).await;
    for (version, names) in [("1", "live, too"), ("2", "live")] {
        let (code, text) = refused(&aws, "lambda", "DeleteFunction", of(json!({"Qualifier": version}))).await;
        assert_eq!(code, "ResourceConflictException");
        assert_eq!(
            text,
            format!("Unable to delete version because the following aliases reference it: [{names}]")
        );
    }
    for name in ["live", "too"] {
        ok(&aws, "lambda", "DeleteAlias", of(json!({"Name": name}))).await;
    }
    ok(&aws, "lambda", "DeleteFunction", of(json!({"Qualifier": "1"}))).await;
    ok(&aws, "lambda", "DeleteFunction", of(json!({}))).await;
    assert_eq!(
        refused(&aws, "lambda", "GetAlias", of(json!({"Name": "live"}))).await.0,
        "ResourceNotFoundException"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_go_where_they_went_for_a_moment() {
    let aws = two_versions(Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    assert_eq!(call(&aws, "live").await, "1");
    let moved = json!({"Name": "live", "FunctionVersion": "2"});
    assert_eq!(ok(&aws, "lambda", "UpdateAlias", of(moved)).await["FunctionVersion"], "2");
    assert_eq!(call(&aws, "live").await, "1");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(call(&aws, "live").await, "2");
}

#[tokio::test]
async fn function_version_and_alias_have_policies_of_their_own() {
    let aws = two_versions(Consistency::Instant).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    let statement = json!({"StatementId": "api", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"});
    for qualifier in ["live", "1"] {
        let arn = format!("{ARN}:{qualifier}");
        let input = with(statement.clone(), json!({"FunctionName": "greet", "Qualifier": qualifier}));
        let added = ok(&aws, "lambda", "AddPermission", input).await;
        assert!(added["Statement"].as_str().unwrap().contains(&format!("\"Resource\":\"{arn}\"")), "{added}");
        let policy = ok(&aws, "lambda", "GetPolicy", json!({"FunctionName": arn})).await;
        let again = with(statement.clone(), json!({"FunctionName": arn, "RevisionId": policy["RevisionId"]}));
        let (code, _) = refused(&aws, "lambda", "AddPermission", again).await;
        assert_eq!(code, "ResourceConflictException");
    }
    let (code, _) = refused(&aws, "lambda", "GetPolicy", of(json!({}))).await;
    assert_eq!(code, "ResourceNotFoundException", "the function has none");
    let alias = ok(&aws, "lambda", "GetAlias", of(json!({"Name": "live"}))).await;
    let policy = ok(&aws, "lambda", "GetPolicy", of(json!({"Qualifier": "live"}))).await;
    assert_eq!(alias["RevisionId"], policy["RevisionId"]);
    let stale = json!({"Qualifier": "live", "StatementId": "api", "RevisionId": "old"});
    assert_eq!(refused(&aws, "lambda", "RemovePermission", of(stale)).await.0, "PreconditionFailedException");
    ok(&aws, "lambda", "RemovePermission", of(json!({"Qualifier": "live", "StatementId": "api"}))).await;
    assert_eq!(
        refused(&aws, "lambda", "GetPolicy", of(json!({"Qualifier": "live"}))).await.0,
        "ResourceNotFoundException"
    );
    ok(&aws, "lambda", "GetPolicy", of(json!({"Qualifier": "1"}))).await;
}

#[tokio::test]
async fn a_grant_on_the_function_is_none_on_its_versions_and_aliases() {
    let aws = two_versions(Consistency::Instant).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    ok(&aws, "iam", "CreateUser", json!({"UserName": "ada"})).await;
    let key = ok(&aws, "iam", "CreateAccessKey", json!({"UserName": "ada"})).await;
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    for (resource, allowed) in
        [(ARN.to_owned(), "greet"), (format!("{ARN}:live"), "greet:live"), (format!("{ARN}:1"), "greet:1")]
    {
        let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": ["lambda:InvokeFunction", "lambda:GetFunction"], "Resource": resource}]});
        let put = json!({"UserName": "ada", "PolicyName": "own", "PolicyDocument": document.to_string()});
        ok(&aws, "iam", "PutUserPolicy", put).await;
        let ada = Client { access_key: &key, ..Client::of(&aws) };
        for name in ["greet", "greet:live", "greet:1", "greet:$LATEST"] {
            for operation in ["Invoke", "GetFunction"] {
                let (status, _) = ada.call("lambda", operation, json!({"FunctionName": name})).await;
                assert_eq!(status == 200, name == allowed, "{operation} {name} by {resource}: {status}");
            }
        }
        let (function, qualifier) = allowed.split_once(':').unwrap_or((allowed, ""));
        if !qualifier.is_empty() {
            let apart = json!({"FunctionName": function, "Qualifier": qualifier});
            assert_eq!(ada.call("lambda", "GetFunction", apart).await.0, 200);
        }
    }
}
