//! The contract asked of URLs that are not what they should be: by real HTTP, and each row says what it met.

use crate::{stacks::HELLO, world::World};
use lambdeploy::testing::{
    contract::{Ask, Carrier, ContractRun, Finding, Grace, Verdict, rows},
    engine::{Id, Run},
    net::{Client, Network},
    outside::LiveStage,
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn stage(url: String) -> LiveStage {
    LiveStage { url, key: Some("k".repeat(40)), client: Client::new(Network::direct()) }
}

async fn ask(url: String, text: &str) -> Vec<Finding> {
    let (stack, run) = (World::new().stack(text), Run::silent(Id::only("contract")));
    let check = ContractRun { carrier: &stage(url), run: &run, grace: Grace::NONE, load: false };
    check.run(&rows(&stack)).await.unwrap()
}

/// What each row saw; all of them are broken.
fn seen(findings: &[Finding]) -> Vec<String> {
    assert_eq!(findings.len(), 7);
    let seen = |o: &Finding| match &o.verdict {
        Verdict::Broken { seen, .. } => seen[0].clone(),
        verdict => panic!("{}: {verdict:?}", o.promise),
    };
    findings.iter().map(seen).collect()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/default", listener.local_addr().unwrap());
    (listener, url)
}

/// A server that answers everything with these bytes, and then closes; without any it only closes.
async fn answering(answer: &'static str) -> String {
    let (listener, url) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(reply(stream, answer));
        }
    });
    url
}

async fn reply(mut stream: TcpStream, answer: &str) {
    let mut buffer = [0; 8192];
    _ = stream.read(&mut buffer).await;
    _ = stream.write_all(answer.as_bytes()).await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    for seen in seen(&ask("http://stage.invalid/default".to_owned(), HELLO).await) {
        assert!(
            seen.starts_with("http://stage.invalid/default/") && seen.contains("its name does not resolve ("),
            "{seen}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_or_closed() {
    let (listener, refusing) = listen().await;
    drop(listener);
    for seen in seen(&ask(refusing, HELLO).await) {
        assert!(seen.contains("can't be reached: Connection refused"), "{seen}");
    }
    for seen in seen(&ask(answering("").await, HELLO).await) {
        assert!(seen.contains("can't be reached: connection closed before message completed"), "{seen}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_that_does_not_answer_in_time() {
    let (listener, url) = listen().await;
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(connection) = listener.accept().await {
            held.push(connection);
        }
    });
    let since = tokio::time::Instant::now();
    for seen in seen(&ask(url, HELLO).await) {
        assert!(seen.ends_with(" did not answer within 35 s"), "{seen}");
    }
    assert_eq!(since.elapsed().as_secs(), 35, "all rows wait at once");
}

#[tokio::test]
async fn pages_and_redirects_of_something_else() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 6\r\n\r\n<html>";
    let told = "an HTML page (200) that is not API Gateway's: a proxy or another site answers there";
    assert_eq!(seen(&ask(answering(page).await, HELLO).await), [told; 7]);
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: https://login.example/?from=api\r\ncontent-length: 0\r\n\r\n";
    let told = "a redirect to https://login.example/?from=api (302) that is not API Gateway's: a proxy or another site answers there";
    assert_eq!(seen(&ask(answering(redirect).await, HELLO).await), [told; 7]);
}

/// A server that says `Access-Control-Allow-Origin: *` to everybody keeps no promise either.
#[tokio::test]
async fn another_servers_json_is_not_the_functions_answer() {
    let other = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\n{}";
    let findings = ask(answering(other).await, HELLO).await;
    let told = "an answer (200) that is not API Gateway's: a proxy or another site answers there";
    assert_eq!(seen(&findings)[4], told);
    assert_eq!(findings[4].answer, None);
}

/// API Gateway's own redirect, and a function's, are judged like any other status.
#[tokio::test]
async fn a_functions_own_redirect_is_its_answer() {
    let own = "HTTP/1.1 302 Found\r\nlocation: https://www.example.com/\r\nx-amzn-requestid: 1\r\n\
               access-control-allow-origin: https://www.example.com\r\ncontent-length: 0\r\n\r\n";
    let findings = ask(answering(own).await, HELLO).await;
    assert_eq!(findings[4].verdict, Verdict::Holds, "{findings:?}");
    assert!(findings[4].answer.as_deref().unwrap().starts_with("302"));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    let url = answering(endless).await;
    let error = stage(url).carry(&Ask::new("GET", "/")).await.unwrap_err();
    assert!(format!("{error:#}").contains("reading the answer of"), "{error:#}");
}

#[tokio::test]
async fn no_row_of_these_waits() {
    let since = std::time::Instant::now();
    ask(answering("").await, HELLO).await;
    assert!(since.elapsed() < Duration::from_secs(20));
}
