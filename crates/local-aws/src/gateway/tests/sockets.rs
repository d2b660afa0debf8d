//! Over a real connection: what only shows there.

use super::world::*;
use crate::Config;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// Sends a request as it stands and reads an answer of a known length.
async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        answer += std::str::from_utf8(&buffer[..read]).unwrap();
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap();
        if read == 0 || body.len() >= length.parse().unwrap() {
            return answer;
        }
    }
}

#[tokio::test]
async fn header_names_keep_their_casing_on_every_request_of_a_connection() {
    let aws = local_aws(Config::default());
    let mut integration = mock("200");
    let template = "$input.params().header.get('tEsT-HEADeR')|$input.params().header.get('Origin')|\
                    $input.params('User-Agent')|$context.identity.sourceIp|$input.body";
    integration.integration_responses.get_mut("200").unwrap().response_templates =
        [("application/json".to_owned(), Some(template.to_owned()))].into();
    publish(&aws, draft([("/", method("POST", integration))]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move { aws.serve(listener, async { drop(stopped.await) }).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let path = format!("POST /_aws/execute-api/{API}/default/ HTTP/1.1\r\nhost: localhost\r\n");
    let first =
        format!("{path}tEsT-HEADeR: one\r\norigin: x\r\nuser-AGENT: me\r\ncontent-length: 3\r\n\r\na:b");
    assert!(exchange(&mut stream, &first).await.ends_with("\r\n\r\none||me|127.0.0.1|a:b"));
    let second = format!("{path}test-header: two\r\nOrigin: y\r\ncontent-length: 0\r\n\r\n");
    assert!(exchange(&mut stream, &second).await.ends_with("\r\n\r\n|y||127.0.0.1|"));
    drop(stop);
    drop(stream);
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_is_heard_whatever_the_server_is_doing() {
    let aws = local_aws(Config::default());
    assert_eq!(
        send(&aws, http::Request::post("/_local/stop").body(crate::body::full("")).unwrap()).await.status,
        200
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = aws.serve(listener, std::future::pending());
    tokio::time::timeout(std::time::Duration::from_secs(10), served).await.unwrap().unwrap();
}
