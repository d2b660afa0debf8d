//! The files of a build, as BuildKit asks its client for them: the context, and apart from it the Dockerfile. So goes a build
//! whose Dockerfile is no part of its context; in a tar, which is otherwise sent, the builder's own files are among the rest.
//!
//! The protocol is fsutil's: all entries in order, then the content of each file that is asked for by its number.

use crate::{
    changed::{Changed, Digest, PartHashes},
    context::{BuildContext, ContextEntry, EntryKind},
    hash::{self},
};
use anyhow::Result;
use bollard::{
    fsutil::types::{Packet, Stat, packet::PacketType},
    moby::filesync::v1::file_sync_server::FileSync,
};
use futures_util::stream::{self, BoxStream, StreamExt};
use lambdeploy_stack::{Architecture, Build};
use sha2::{Digest as _, Sha256};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use tokio::{io::AsyncReadExt, sync::mpsc};
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};

/// The Dockerfile's name in its own place.
pub(crate) const DOCKERFILE: &str = "Dockerfile";

/// Bytes in one packet.
const CHUNK: usize = 64 * 1024;

/// Packets that wait to be sent.
const WAITING: usize = 16;

// Bits of Go's file mode, which fsutil's numbers are.
const GO_FOLDER: u32 = 1 << 31;
const GO_LINK: u32 = 1 << 27;

/// What is offered to one build.
#[derive(Clone)]
pub(crate) struct Files(Arc<Offer>);

struct Offer {
    context: Vec<Offered>,
    dockerfile: Vec<Offered>,
    /// The first file that was another than when it was hashed.
    changed: OnceLock<String>,
}

struct Offered {
    stat: Stat,
    path: PathBuf,
    digest: Digest,
}

impl Files {
    /// Reads the context of `build`, which must still be what was hashed; `None` where a name is not Unicode, for which the protocol has no place.
    ///
    /// # Errors
    /// As [`BuildContext::list`]; [`Changed`].
    pub(crate) fn read(
        build: &Build,
        architecture: Architecture,
        (fingerprint, hashed): (&str, &PartHashes),
    ) -> Result<Option<Self>> {
        let context = BuildContext::list(build)?;
        let digests = hash::digests(&context)?;
        if hash::build(&context, &digests, build, architecture) != fingerprint {
            return Err(Changed::between(hashed, &hash::parts(&context, &digests)).into());
        }
        let mut dockerfile = offered(&context.entries[context.dockerfile], digests[context.dockerfile]);
        let own = context.entries.iter().zip(digests).filter(|(entry, _)| !entry.builders_own);
        let own: Option<Vec<_>> = own.map(|(entry, digest)| offered(entry, digest)).collect();
        if let Some(file) = &mut dockerfile {
            file.stat.path = DOCKERFILE.to_owned();
        }
        Ok(own.zip(dockerfile).map(|(context, dockerfile)| {
            Self(Arc::new(Offer { context, dockerfile: vec![dockerfile], changed: OnceLock::new() }))
        }))
    }

    /// What broke the build off, if a file changed while it was sent.
    pub(crate) fn changed(&self) -> Option<Changed> {
        self.0.changed.get().map(|name| Changed::named(name))
    }
}

fn offered(entry: &ContextEntry, digest: Digest) -> Option<Offered> {
    let (mode, linkname) = match &entry.kind {
        EntryKind::Folder => (GO_FOLDER | 0o755, String::new()),
        EntryKind::Link { target } => (GO_LINK | 0o777, String::from_utf8(target.clone()).ok()?),
        EntryKind::File { executable: true, .. } => (0o755, String::new()),
        EntryKind::File { executable: false, .. } => (0o644, String::new()),
    };
    let stat = Stat {
        path: String::from_utf8(entry.name.clone()).ok()?,
        mode,
        linkname,
        size: entry.kind.size().try_into().ok()?,
        mod_time: entry.modified.as_nanos().try_into().ok()?,
        ..Stat::default()
    };
    Some(Offered { stat, path: entry.path.clone(), digest })
}

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = BoxStream<'static, Result<Packet, Status>>;
    type TarStreamStream = BoxStream<'static, Result<Packet, Status>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let place = OfferedFolder::of(request.metadata())?;
        let (to, mut packets) = mpsc::channel(WAITING);
        let (files, asks) = (self.clone(), request.into_inner());
        tokio::spawn(async move {
            let sender = FileSender { files: place.files(&files.0), changed: &files.0.changed, to: &to };
            if let Err(status) = sender.talk(asks).await {
                // The builder may be gone already.
                _ = to.send(Err(status)).await;
            }
        });
        Ok(Response::new(stream::poll_fn(move |cx| packets.poll_recv(cx)).boxed()))
    }

    async fn tar_stream(
        &self,
        _: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::TarStreamStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// A folder that BuildKit knows by name.
#[derive(Clone, Copy)]
enum OfferedFolder {
    Context,
    Dockerfile,
    /// The ignore file, asked for alone: what it says was done already.
    Nothing,
}

impl OfferedFolder {
    fn of(asked: &MetadataMap) -> Result<Self, Status> {
        let text =
            |name: &str| asked.get_all(name).iter().filter_map(|v| v.to_str().ok()).collect::<Vec<_>>();
        match text("dir-name").as_slice() {
            ["dockerfile"] => Ok(Self::Dockerfile),
            ["context"] if text("followpaths") == [".dockerignore"] => Ok(Self::Nothing),
            ["context"] => Ok(Self::Context),
            other => Err(Status::not_found(format!("there is no folder {}", other.join(", ")))),
        }
    }

    fn files(self, offer: &Offer) -> &[Offered] {
        match self {
            Self::Context => &offer.context,
            Self::Dockerfile => &offer.dockerfile,
            Self::Nothing => &[],
        }
    }
}

struct FileSender<'a> {
    files: &'a [Offered],
    changed: &'a OnceLock<String>,
    to: &'a mpsc::Sender<Result<Packet, Status>>,
}

impl FileSender<'_> {
    /// Lists and answers at once: a builder that has asked for much reads no further before it has its answers.
    async fn talk(&self, asks: Streaming<Packet>) -> Result<(), Status> {
        tokio::try_join!(self.list(), self.answer(asks)).map(drop)
    }

    async fn list(&self) -> Result<(), Status> {
        for file in self.files {
            self.send(PacketType::PacketStat, Packet { stat: Some(file.stat.clone()), ..Packet::default() })
                .await?;
        }
        self.send(PacketType::PacketStat, Packet::default()).await
    }

    async fn answer(&self, mut asks: Streaming<Packet>) -> Result<(), Status> {
        while let Some(packet) = asks.message().await? {
            match packet.r#type() {
                PacketType::PacketReq => self.content(packet.id).await?,
                PacketType::PacketFin => return self.send(PacketType::PacketFin, Packet::default()).await,
                PacketType::PacketErr => {
                    return Err(Status::aborted(String::from_utf8_lossy(&packet.data)));
                }
                PacketType::PacketStat | PacketType::PacketData => {}
            }
        }
        Ok(())
    }

    /// Exactly what was hashed, or an error; an empty packet is its end.
    async fn content(&self, id: u32) -> Result<(), Status> {
        let file = self.files.get(id as usize).ok_or_else(|| Status::not_found(format!("no file {id}")))?;
        let size = u64::try_from(file.stat.size).unwrap_or_default();
        let opened =
            tokio::fs::File::open(&file.path).await.map_err(|error| Status::aborted(error.to_string()))?;
        let (mut content, mut hasher) = (opened.take(size), Sha256::new());
        loop {
            let mut data = Vec::with_capacity(CHUNK);
            content.read_buf(&mut data).await.map_err(|error| Status::aborted(error.to_string()))?;
            hasher.update(&data);
            if data.is_empty() && hasher.clone().finalize()[..] != file.digest {
                _ = self.changed.set(file.stat.path.clone());
                return Err(Status::aborted(format!("{} changed", file.stat.path)));
            }
            let end = data.is_empty();
            self.send(PacketType::PacketData, Packet { id, data, ..Packet::default() }).await?;
            if end {
                return Ok(());
            }
        }
    }

    async fn send(&self, kind: PacketType, packet: Packet) -> Result<(), Status> {
        let packet = Packet { r#type: kind.into(), ..packet };
        self.to.send(Ok(packet)).await.map_err(|_| Status::cancelled("the builder is gone"))
    }
}
