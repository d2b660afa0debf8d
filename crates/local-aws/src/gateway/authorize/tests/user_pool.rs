use crate::apigateway::draft::Authorizer;
use crate::gateway::tests::world::*;
use crate::{Config, LocalAws, gateway::user_pool};
use http::Request;
use serde_json::Value;
use std::time::Duration;

const POOL: &str = "us-east-2_Abc123";

fn guarded(scopes: &[&str]) -> LocalAws {
    let aws = local_aws(Config::default());
    let mut get = method("GET", mock("200"));
    get.authorization_type = "COGNITO_USER_POOLS".to_owned();
    get.authorizer_id = Some("auth".to_owned());
    get.authorization_scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
    let made = get.method_integration.as_mut().unwrap().integration_responses.get_mut("200").unwrap();
    made.response_parameters = ["cognito:username", "cognito:groups", "exp"]
        .map(|claim| {
            let name = claim.rsplit(':').next().unwrap();
            (format!("method.response.header.x-{name}"), format!("context.authorizer.claims.{claim}"))
        })
        .into();
    let mut draft = draft([("/", get)]);
    let authorizer = Authorizer {
        id: "auth".to_owned(),
        name: "pool".to_owned(),
        kind: "COGNITO_USER_POOLS".to_owned(),
        provider_arns: vec![format!("arn:aws:cognito-idp:us-east-2:000000000000:userpool/{POOL}")],
        ..Authorizer::default()
    };
    draft.authorizers.insert("auth".to_owned(), authorizer);
    publish(&aws, draft);
    aws
}

async fn page(aws: &LocalAws, path: &str) -> String {
    send(aws, Request::get(path).body(crate::body::full("")).unwrap()).await.body
}

async fn with(aws: &LocalAws, token: &str) -> Seen {
    call(aws, "GET", "/", &[("authorization", token)], "").await
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_pool_opens_until_it_expires() {
    let aws = guarded(&[]);
    let token =
        page(&aws, &format!("/_local/cognito/{POOL}/token?username=ann&groups=a,b&expires_in=60")).await;
    for given in [token.clone(), format!("Bearer {token}")] {
        let seen = with(&aws, &given).await;
        assert_eq!((seen.status, why(&aws)), (200, String::new()));
        assert_eq!((seen.header("x-username"), seen.header("x-groups")), (Some("ann"), Some("a,b")));
        assert!(seen.header("x-exp").unwrap().contains(" UTC "));
    }
    tokio::time::advance(Duration::from_secs(61)).await;
    let seen = with(&aws, &token).await;
    assert_eq!((seen.status, seen.message()), (401, "The incoming token has expired".into()));
    assert_eq!(seen.header("x-amzn-errortype"), Some("UnauthorizedException"));
}

#[tokio::test]
async fn every_other_token_is_unauthorized() {
    let aws = guarded(&[]);
    let good = page(&aws, &format!("/_local/cognito/{POOL}/token")).await;
    let mut forged: Vec<&str> = good.split('.').collect();
    let other = page(&aws, &format!("/_local/cognito/{POOL}/token?username=root")).await;
    forged[1] = other.split('.').nth(1).unwrap();
    let forged = forged.join(".");
    let foreign = page(&aws, "/_local/cognito/us-east-2_Other/token").await;
    let access = page(&aws, &format!("/_local/cognito/{POOL}/token?token_use=access")).await;
    for (token, expected) in [
        ("", "the token does not have three parts"),
        ("abc", "the token does not have three parts"),
        (forged.as_str(), "the token's signature is wrong"),
        (foreign.as_str(), "no pool of authorizer pool"),
        (access.as_str(), "wants an id token"),
    ] {
        let seen = with(&aws, token).await;
        assert_eq!((seen.status, seen.message()), (401, "Unauthorized".into()), "{expected}");
        assert!(why(&aws).contains(expected) && !why(&aws).contains(&good[..20]), "{}", why(&aws));
    }
    assert_eq!(call(&aws, "GET", "/", &[], "").await.status, 401);
}

#[tokio::test]
async fn scopes_want_an_access_token_that_has_one() {
    let aws = guarded(&["items/read"]);
    for (query, status) in [
        ("token_use=access&scope=items/read%20items/write", 200),
        ("token_use=access&scope=items/write", 401),
        ("scope=items/read", 401),
    ] {
        let token = page(&aws, &format!("/_local/cognito/{POOL}/token?{query}")).await;
        assert_eq!(with(&aws, &token).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn the_published_key_verifies_the_tokens() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
    let aws = guarded(&[]);
    let jwks: Value =
        serde_json::from_str(&page(&aws, &format!("/_local/cognito/{POOL}/.well-known/jwks.json")).await)
            .unwrap();
    let part = |name: &str| URL_SAFE_NO_PAD.decode(jwks["keys"][0][name].as_str().unwrap()).unwrap();
    let token = user_pool::mint(POOL, "", 0).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
}
