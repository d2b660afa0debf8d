//! Operations on whole repositories.

use super::{
    constraint,
    constraint::{invalid, missing},
    errors,
    input::Input,
    page::{self, Page},
    state::{Encryption, Mutability, Repository},
    tags,
    time::{epoch, is_past},
    token,
};
use crate::{
    blobs::{Owner, release},
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let name = input.repository_name(call)?;
    let repository = Repository {
        name: name.to_owned(),
        arn: call.arn("ecr", &format!("repository/{name}")),
        created: call.now,
        mutability: Mutability::of_create(&input)?,
        scan_on_push: scan_on_push(&input),
        encryption: encryption(call, &input)?,
        tags: tags::read(&input)?,
        policy: None,
        lifecycle_policy: None,
        image_tags: Default::default(),
        images: Default::default(),
        layers: Default::default(),
    };
    if call.region_mut().ecr.repositories.contains_key(name) {
        return Err(errors::repository_exists(name, &call.account));
    }
    let reply = json!({ "repository": describe_one(call, &repository) });
    call.region_mut().ecr.repositories.insert(name.to_owned(), repository);
    Ok(Reply::ok(reply))
}

/// Named repositories in the order of their names in the request, or all by pages.
pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.own_registry(call, "repository/*")?;
    page::refuse_with_names(&input, "repositoryNames")?;
    input.bounded_list("repositoryNames", false)?;
    if input.has("repositoryNames") {
        let named = input.texts("repositoryNames").into_iter().map(|name| describe_named(call, name));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        return Ok(Reply::ok(json!({ "repositories": named })));
    }
    let page = Page::of(&input, call.config)?;
    let (now, lag) = (call.now, call.delays.list_lag);
    let all = call.region_mut().ecr.repositories.values().filter(|r| is_past(r.created, lag, now));
    let (repositories, token) = page.cut(all.cloned().map(|r| (r.name.clone(), r)));
    let described: Vec<_> = repositories.iter().map(|r| describe_one(call, r)).collect();
    let mut reply = json!({ "repositories": described });
    if let Some(token) = token {
        reply["nextToken"] = json!(token);
    }
    Ok(Reply::ok(reply))
}

fn describe_named(call: &mut Call<'_>, name: &str) -> Result<Value, AwsError> {
    constraint::repository_name(name)?;
    let repository = super::input::find(call, name)?.clone();
    Ok(describe_one(call, &repository))
}

/// With `force` the images go too, and from the disk every blob that no other repository knows.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let repository = input.repository(call)?;
    let name = repository.name.clone();
    if !repository.images.is_empty() && !input.flag("force") {
        return Err(errors::repository_not_empty(&name, &call.account));
    }
    let repository = repository.clone();
    call.region_mut().ecr.repositories.remove(&name);
    let (account, region) = (call.account.clone(), call.region.clone());
    call.blobs.give_up(&Owner { account, region, name });
    release(call.world, call.blobs, repository.layers.keys());
    Ok(Reply::ok(json!({ "repository": describe_one(call, &repository) })))
}

pub(crate) fn put_scanning(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    if !input.has("imageScanningConfiguration") {
        return Err(missing("imageScanningConfiguration"));
    }
    let repository = input.repository(call)?;
    repository.scan_on_push = scan_on_push(&input);
    let (name, scan_on_push) = (repository.name.clone(), repository.scan_on_push);
    Ok(Reply::ok(json!({
        "registryId": call.account,
        "repositoryName": name,
        "imageScanningConfiguration": { "scanOnPush": scan_on_push },
    })))
}

fn scan_on_push(input: &Input) -> bool {
    input.0["imageScanningConfiguration"]["scanOnPush"].as_bool().unwrap_or_default()
}

/// AES256 where nothing is said; KMS without a key uses the account's own one for ECR.
fn encryption(call: &Call<'_>, input: &Input) -> Result<Encryption, AwsError> {
    let wish = &input.0["encryptionConfiguration"];
    if wish.is_null() {
        return Ok(Encryption { encryption_type: "AES256".to_owned(), kms_key: None });
    }
    let kind =
        wish["encryptionType"].as_str().ok_or_else(|| missing("encryptionConfiguration.encryptionType"))?;
    constraint::one_of("encryptionConfiguration.encryptionType", kind, &["AES256", "KMS", "KMS_DSSE"])?;
    let key = wish["kmsKey"].as_str().map(str::to_owned);
    if kind == "AES256" && key.is_some() {
        return Err(invalid("encryptionConfiguration.kmsKey", "must not be set with encryptionType AES256"));
    }
    let kms_key = (kind != "AES256").then(|| key.unwrap_or_else(|| call.arn("kms", "alias/aws/ecr")));
    Ok(Encryption { encryption_type: kind.to_owned(), kms_key })
}

fn describe_one(call: &Call<'_>, repository: &Repository) -> Value {
    let mut described = json!({
        "repositoryArn": repository.arn,
        "registryId": call.account,
        "repositoryName": repository.name,
        "repositoryUri": format!("{}/{}", token::registry_host(&call.host), repository.name),
        "createdAt": epoch(repository.created),
        "imageTagMutability": repository.mutability.mode,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
        "encryptionConfiguration": repository.encryption,
    });
    repository.mutability.add_exclusions(&mut described);
    described
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{
        ecr::testing::create,
        testing::{ACCOUNT, instant, ok, realistic, refused, with},
    };
    use serde_json::json;
    use std::time::Duration;

    #[tokio::test]
    async fn a_new_repository_has_awss_defaults_and_the_callers_own_host() {
        let aws = instant();
        let made = ok(&aws, "ecr", "CreateRepository", json!({"repositoryName": "team/app"})).await;
        let made = &made["repository"];
        assert_eq!(made["repositoryArn"], format!("arn:aws:ecr:us-east-2:{ACCOUNT}:repository/team/app"));
        assert_eq!(made["repositoryUri"], "127.0.0.1:4566/team/app");
        assert_eq!(made["imageTagMutability"], "MUTABLE");
        assert_eq!(made["encryptionConfiguration"], json!({"encryptionType": "AES256"}));
        assert_eq!(made["imageScanningConfiguration"], json!({"scanOnPush": false}));
    }

    #[tokio::test]
    async fn a_second_one_of_a_name_is_refused_and_a_missing_one_is_not_found() {
        let aws = instant();
        create(&aws, "app").await;
        let (code, text) = refused(&aws, "ecr", "CreateRepository", json!({"repositoryName": "app"})).await;
        assert_eq!(code, "RepositoryAlreadyExistsException");
        assert_eq!(
            text,
            "The repository with name 'app' already exists in the registry with id '000000000000'"
        );
        let (code, text) =
            refused(&aws, "ecr", "DescribeRepositories", json!({"repositoryNames": ["app", "other"]})).await;
        assert_eq!(code, "RepositoryNotFoundException");
        assert_eq!(
            text,
            "The repository with name 'other' does not exist in the registry with id '000000000000'"
        );
    }

    #[tokio::test]
    async fn names_are_lower_case() {
        let aws = instant();
        let (code, text) =
            refused(&aws, "ecr", "CreateRepository", json!({"repositoryName": "egyptianArt"})).await;
        assert_eq!(code, "InvalidParameterException");
        assert!(text.starts_with("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '"), "{text}");
        let (_, text) = refused(&aws, "ecr", "CreateRepository", json!({"repositoryName": "a"})).await;
        assert!(text.ends_with("'must have length greater than or equal to 2'"), "{text}");
    }

    #[tokio::test]
    async fn repositories_come_by_pages() {
        let aws = with(crate::Config { page_size: Some(2), ..Default::default() });
        for name in ["aa", "bb", "cc"] {
            create(&aws, name).await;
        }
        let first = ok(&aws, "ecr", "DescribeRepositories", json!({})).await;
        assert_eq!(first["repositories"].as_array().unwrap().len(), 2);
        let second = ok(&aws, "ecr", "DescribeRepositories", json!({"nextToken": first["nextToken"]})).await;
        assert_eq!(second["repositories"][0]["repositoryName"], "cc");
        assert!(second.get("nextToken").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lagging_list_misses_what_is_young_but_its_name_finds_it() {
        let aws = realistic();
        create(&aws, "app").await;
        assert_eq!(ok(&aws, "ecr", "DescribeRepositories", json!({})).await["repositories"], json!([]));
        let named = ok(&aws, "ecr", "DescribeRepositories", json!({"repositoryNames": ["app"]})).await;
        assert_eq!(named["repositories"].as_array().unwrap().len(), 1);
        tokio::time::advance(Duration::from_secs(5)).await;
        let all = ok(&aws, "ecr", "DescribeRepositories", json!({})).await;
        assert_eq!(all["repositories"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn another_accounts_registry_is_closed() {
        let input = json!({"repositoryName": "app", "registryId": "999999999999"});
        let (code, text) = refused(&instant(), "ecr", "DeleteRepository", input).await;
        assert_eq!(code, "AccessDeniedException");
        assert!(text.contains("arn:aws:ecr:us-east-2:999999999999:repository/app"), "{text}");
    }

    #[tokio::test]
    async fn kms_without_a_key_gets_one_and_aes_refuses_one() {
        let aws = instant();
        let create = |kms| json!({"repositoryName": "app", "encryptionConfiguration": kms});
        let (_, text) = refused(
            &aws,
            "ecr",
            "CreateRepository",
            create(json!({"encryptionType": "AES256", "kmsKey": "k"})),
        )
        .await;
        assert!(text.contains("kmsKey"), "{text}");
        let made = ok(&aws, "ecr", "CreateRepository", create(json!({"encryptionType": "KMS"}))).await;
        assert!(made["repository"]["encryptionConfiguration"]["kmsKey"].is_string());
    }
}
