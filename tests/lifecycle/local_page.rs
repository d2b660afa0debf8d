//! The pages under `/_local`, without a socket: what nobody of AWS's own has.

use crate::world::World;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::Value;

async fn ask(world: &World, method: &str, path: &str, body: String) -> String {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:4510");
    let body = Full::new(Bytes::from(body)).map_err(std::io::Error::other).boxed_unsync();
    let answer = world.aws.handle(request.body(body).unwrap()).await;
    assert_eq!(answer.status(), 200, "{path}");
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// All mails, the newest last.
pub(crate) async fn mails(world: &World) -> Vec<Value> {
    serde_json::from_str(&ask(world, "GET", "/_local/mail", String::new()).await).unwrap()
}

/// Whom each mail went to, and what it is about.
pub(crate) async fn subjects(world: &World) -> Vec<String> {
    let text = |mail: &Value, of: &str| mail[of].as_str().unwrap().to_owned();
    mails(world).await.iter().map(|m| format!("{}: {}", text(m, "to"), text(m, "subject"))).collect()
}

/// Whoever got a mail with a link visits it.
pub(crate) async fn confirm_all(world: &World) {
    for mail in mails(world).await {
        if let Some((_, path)) =
            mail["link"].as_str().and_then(|link| link.split_once("//")?.1.split_once('/'))
        {
            ask(world, "GET", &format!("/{path}"), String::new()).await;
        }
    }
}

/// What AWS knows of the account besides what is made in it.
pub(crate) async fn set_account(world: &World, settings: Value) {
    ask(world, "PUT", "/_local/account", settings.to_string()).await;
}
