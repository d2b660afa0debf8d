//! The local AWSs of this person that run: a file for each, which only the person can read. An address alone proves
//! nothing, because a port that is free again can be taken by anybody; so each file has a secret, by which the one that
//! runs there shows that it is the one which was started.

use crate::outside::http;
use anyhow::{Context as _, Result};
use local_aws::{LocalAws, PROOF, Secret, random};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// A start takes milliseconds; on a busy machine seconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// What is kept of one that runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// `http://127.0.0.1:<port>`
    pub endpoint: String,
    pub pid: u32,
    /// Started by `--local`, and not by a person who looks at it.
    pub background: bool,
    /// Seconds since 1970.
    pub started: i64,
    pub account: String,
    /// Signs what is asked of it as a proof.
    secret: String,
}

impl Record {
    /// Of one that is about to serve in this process.
    pub(super) fn new(aws: &LocalAws, endpoint: &str, account: &str, background: bool) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            pid: std::process::id(),
            background,
            started: jiff::Timestamp::now().as_second(),
            account: account.to_owned(),
            secret: aws.secret().written().to_owned(),
        }
    }

    /// Keeps it for later commands, in place of one that had the port before.
    ///
    /// # Errors
    /// When the folder can't be written to.
    pub(super) fn keep(&self) -> Result<()> {
        let file = self.file()?;
        // Such a file is readable for its owner alone.
        let mut new = tempfile::NamedTempFile::new_in(folder()?)?;
        new.write_all(serde_json::to_string(self)?.as_bytes())?;
        new.persist(&file).with_context(|| format!("writing {}", file.display()))?;
        Ok(())
    }

    /// Forgets it, unless another one has the port by now.
    ///
    /// # Errors
    /// When the folder can't be written to.
    pub(super) fn forget(&self) -> Result<()> {
        let file = self.file()?;
        match read(&file) {
            Some(kept) if kept.secret == self.secret => Ok(fs::remove_file(file)?),
            _ => Ok(()),
        }
    }

    /// Whether the one that was started runs there now, and no other.
    pub(super) async fn is_running(&self) -> bool {
        let Ok(nonce) = random() else { return false };
        let request = http::request("GET", &format!("{}/_local/proof?{nonce}", self.endpoint));
        // Where none is, the connection is refused at once; one that is slow on a busy machine is there all the same.
        let answer = request.timeout(PATIENCE).send().await;
        answer.is_ok_and(|a| Secret::read(&self.secret).has_signed(PROOF, &nonce, &a.text()))
    }

    fn file(&self) -> Result<PathBuf> {
        let port = self.endpoint.rsplit(':').next().unwrap_or_default();
        Ok(folder()?.join(format!("local-aws-{port}.json")))
    }
}

/// Those that run, with the one first to which `--local` goes: in the background before in a terminal, older before
/// younger. What is kept of others is removed.
///
/// # Errors
/// When the folder can't be read.
pub(super) async fn running() -> Result<Vec<Record>> {
    let mut running = Vec::new();
    for record in kept()? {
        if record.is_running().await {
            running.push(record);
        } else {
            record.forget()?;
        }
    }
    running.sort_by_key(|r| (!r.background, r.started, r.pid));
    Ok(running)
}

fn kept() -> Result<Vec<Record>> {
    let files = fs::read_dir(folder()?)?.collect::<io::Result<Vec<_>>>()?;
    let is_record = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("local-aws-") && name.ends_with(".json")
    };
    Ok(files.into_iter().map(|f| f.path()).filter(is_record).filter_map(|path| read(&path)).collect())
}

/// What can't be read was written by another version: as good as none.
fn read(file: &Path) -> Option<Record> {
    serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
}

/// The person's own folder for such things, as the platform has it.
///
/// # Errors
/// There is none, and it can't be made.
pub(super) fn folder() -> Result<PathBuf> {
    let project =
        directories::ProjectDirs::from("", "", "lambdeploy").context("this user has no home folder")?;
    let folder = project.state_dir().unwrap_or_else(|| project.cache_dir()).to_owned();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
