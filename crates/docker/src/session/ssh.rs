//! The ssh agent of this process' user, for steps with `RUN --mount=type=ssh`. It is asked for its keys and for signatures,
//! and for nothing else: a step can't add, remove or lock keys.

use crate::dial::{self, EngineStream};
use bollard::moby::sshforward::v1::{BytesMessage, CheckAgentRequest, CheckAgentResponse, ssh_server::Ssh};
use futures_util::stream::{self, BoxStream, StreamExt};
use std::{io, path::Path};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};
use tonic::{Request, Response, Status, Streaming};

/// The id of a mount that names none.
const DEFAULT: &str = "default";

/// What OpenSSH's agent takes at most, in bytes.
const LARGEST: usize = 256 * 1024;

/// Where OpenSSH's agent listens on Windows, where no variable says so.
const WINDOWS_PIPE: &str = r"\\.\pipe\openssh-ssh-agent";

// The agent's protocol: draft-miller-ssh-agent, section 5.
const REQUEST_IDENTITIES: u8 = 11;
const SIGN_REQUEST: u8 = 13;
const FAILURE: [u8; 5] = [0, 0, 0, 1, 5];

/// The agent.
#[derive(Debug, Clone)]
pub struct Agent(String);

impl Agent {
    /// `socket`: the value of `SSH_AUTH_SOCK`. `None` where there is no agent.
    pub fn new(socket: Option<String>) -> Option<Self> {
        socket.or_else(|| cfg!(windows).then(|| WINDOWS_PIPE.to_owned())).map(Self)
    }

    async fn connect(&self) -> Result<Box<dyn EngineStream>, Status> {
        let connected = match self.0.starts_with(r"\\.\pipe\") {
            true => dial::pipe(&self.0).await,
            false => dial::unix(Path::new(&self.0)).await,
        };
        connected.map_err(|e| {
            Status::unavailable(format!("no ssh agent answers at {} (SSH_AUTH_SOCK): {e}", self.0))
        })
    }
}

#[tonic::async_trait]
impl Ssh for Agent {
    async fn check_agent(
        &self,
        request: Request<CheckAgentRequest>,
    ) -> Result<Response<CheckAgentResponse>, Status> {
        let id = request.into_inner().id;
        if !id.is_empty() && id != DEFAULT {
            return Err(Status::not_found(format!(
                "the ssh agent is there as `{DEFAULT}`, not as `{id}`: leave `id=` out"
            )));
        }
        self.connect().await?;
        Ok(Response::new(CheckAgentResponse {}))
    }

    type ForwardAgentStream = BoxStream<'static, Result<BytesMessage, Status>>;

    async fn forward_agent(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::ForwardAgentStream>, Status> {
        let agent = self.connect().await?;
        let (to, mut answers) = mpsc::channel(1);
        tokio::spawn(forward(request.into_inner(), agent, to));
        Ok(Response::new(stream::poll_fn(move |cx| answers.poll_recv(cx)).boxed()))
    }
}

/// Until either side hangs up, answers one request after the other.
async fn forward(
    mut asked: Streaming<BytesMessage>,
    mut agent: Box<dyn EngineStream>,
    to: mpsc::Sender<Result<BytesMessage, Status>>,
) {
    let mut begun = Vec::new();
    while let Ok(Some(part)) = asked.message().await {
        begun.extend(part.data);
        while let Some(request) = next(&mut begun) {
            let answer = answer(&request, &mut agent).await;
            let data = match answer {
                Ok(data) => data,
                Err(e) => return drop(to.send(Err(Status::aborted(e.to_string()))).await),
            };
            if to.send(Ok(BytesMessage { data })).await.is_err() {
                return;
            }
        }
        if begun.len() > LARGEST {
            return drop(to.send(Err(Status::invalid_argument("a request too large for ssh agents"))).await);
        }
    }
}

/// Takes one whole message off `begun`: its length (four bytes) and what follows.
fn next(begun: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = u32::from_be_bytes(begun.first_chunk().copied()?);
    let end = usize::try_from(length).ok()?.checked_add(4)?;
    (begun.len() >= end).then(|| begun.drain(..end).collect())
}

async fn answer(request: &[u8], agent: &mut Box<dyn EngineStream>) -> io::Result<Vec<u8>> {
    if !matches!(request.get(4), Some(&(REQUEST_IDENTITIES | SIGN_REQUEST))) {
        return Ok(FAILURE.to_vec());
    }
    agent.write_all(request).await?;
    agent.flush().await?;
    let mut message = vec![0; 4];
    agent.read_exact(&mut message).await?;
    let length = u32::from_be_bytes([message[0], message[1], message[2], message[3]]) as usize;
    if length > LARGEST {
        return Err(io::Error::other("the ssh agent's answer is too large"));
    }
    message.resize(4 + length, 0);
    agent.read_exact(&mut message[4..]).await?;
    Ok(message)
}

#[cfg(test)]
#[path = "ssh_tests.rs"]
mod tests;
