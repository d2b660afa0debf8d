#![allow(clippy::unwrap_used)]
use super::*;

/// An agent that answers keys with one byte more, and fails the test when it is asked for anything else.
async fn agent(mut stream: tokio::io::DuplexStream) {
    let mut head = [0; 5];
    while stream.read_exact(&mut head).await.is_ok() {
        assert!(matches!(head[4], REQUEST_IDENTITIES | SIGN_REQUEST), "{head:?}");
        let mut rest = vec![0; usize::from(head[3]) - 1];
        stream.read_exact(&mut rest).await.unwrap();
        stream.write_all(&[0, 0, 0, 2, head[4] + 1, 7]).await.unwrap();
    }
}

#[tokio::test]
async fn keys_and_signatures_are_passed_on_and_nothing_else_is() {
    let (ours, theirs) = tokio::io::duplex(100);
    tokio::spawn(agent(theirs));
    let mut stream: Box<dyn EngineStream> = Box::new(ours);
    assert_eq!(answer(&[0, 0, 0, 1, 11], &mut stream).await.unwrap(), [0, 0, 0, 2, 12, 7]);
    assert_eq!(answer(&[0, 0, 0, 3, 13, 1, 2], &mut stream).await.unwrap(), [0, 0, 0, 2, 14, 7]);
    // Add, remove one, remove all, lock, unlock, extension.
    for other in [17, 18, 19, 22, 23, 27] {
        assert_eq!(answer(&[0, 0, 0, 1, other], &mut stream).await.unwrap(), FAILURE, "{other}");
    }
    assert_eq!(answer(&[0, 0, 0, 0], &mut stream).await.unwrap(), FAILURE);
}

#[test]
fn messages_come_in_any_pieces() {
    let mut begun = vec![0, 0, 0];
    assert_eq!(next(&mut begun), None);
    begun.extend([2, 11]);
    assert_eq!(next(&mut begun), None);
    begun.extend([1, 0, 0, 0, 1, 11, 0]);
    assert_eq!(next(&mut begun).unwrap(), [0, 0, 0, 2, 11, 1]);
    assert_eq!(next(&mut begun).unwrap(), [0, 0, 0, 1, 11]);
    assert_eq!((next(&mut begun), begun), (None, vec![0]));
}

#[tokio::test]
async fn another_id_and_an_agent_that_is_gone_are_said() {
    let agent = Agent::new(Some("/no/such/agent".into())).unwrap();
    let check = async |id: &str| agent.check_agent(Request::new(CheckAgentRequest { id: id.into() })).await;
    assert!(check("work").await.unwrap_err().message().contains("leave `id=` out"));
    assert!(check("").await.unwrap_err().message().contains("/no/such/agent (SSH_AUTH_SOCK)"));
}
