//! What an alias's description says. Aliases carry no tags: that it begins with our word is what makes one ours, and which
//! versions were live is written by the very call that moves it.
//!
//! `lambdeploy: 7/tp3k2s/ab12cd3 5/tp2zzz; held 8 2026-11-29T21:44:28Z alice; failed 9 it raised KeyError: 'a'`

use std::fmt::{self, Write as _};

/// Every function's alias: whatever calls a function from outside names it.
pub(crate) const LIVE: &str = "live";

/// AWS takes so many characters.
const LIMIT: usize = 256;
const OURS: &str = "lambdeploy: ";
const ADOPTED: &str = "lambdeploy adopted: ";

/// Everything that is known of a function's releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Versions that were live, the newest first: what a `rollback` can go to.
    pub releases: Vec<Release>,
    /// What gets a share of the calls.
    pub canary: Option<Release>,
    pub held: Option<Held>,
    pub failed: Option<Failed>,
    /// The alias was there before the stack.
    pub adopted: bool,
}

/// A version that was live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub version: u64,
    /// When the `up` began that made it live, in seconds since 1970: of all functions of one `up` the same.
    pub at: i64,
    /// Of git, as far as it was known: seven hexadecimal digits.
    pub commit: Option<String>,
}

/// A version that `rollback` took back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub version: u64,
    /// RFC 3339.
    pub when: String,
    pub who: String,
}

/// A version that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub version: u64,
    pub why: String,
}

impl Record {
    /// `None`: the alias is somebody else's.
    pub(crate) fn read(description: &str) -> Option<Self> {
        let adopted = description.starts_with(ADOPTED);
        let text = description.strip_prefix(OURS).or_else(|| description.strip_prefix(ADOPTED))?;
        let mut record = Self { adopted, ..Self::default() };
        for (n, part) in text.split("; ").enumerate() {
            let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
            match word {
                "canary" => record.canary = Release::read(rest),
                "held" => record.held = Held::read(rest),
                "failed" => record.failed = Failed::read(rest),
                _ if n == 0 => record.releases = part.split(' ').filter_map(Release::read).collect(),
                // A newer version of this program may say more.
                _ => {}
            }
        }
        Some(record)
    }

    /// As a description. What is too long loses the words of a failure first, then the oldest releases.
    pub(crate) fn text(&self) -> String {
        let mut short = self.clone();
        loop {
            let bare = short.written(0);
            let room = LIMIT.saturating_sub(bare.len());
            let text = short.written(room);
            if text.len() <= LIMIT || short.releases.pop().is_none() {
                return text.chars().take(LIMIT).collect();
            }
        }
    }

    /// `words`: characters that a failure's words may have.
    fn written(&self, words: usize) -> String {
        let mut text = if self.adopted { ADOPTED } else { OURS }.to_owned();
        let releases: Vec<String> = self.releases.iter().map(ToString::to_string).collect();
        text += &releases.join(" ");
        // Writing to a String can't fail.
        if let Some(canary) = &self.canary {
            _ = write!(text, "; canary {canary}");
        }
        if let Some(Held { version, when, who }) = &self.held {
            _ = write!(text, "; held {version} {when} {who}");
        }
        if let Some(Failed { version, why }) = &self.failed {
            let why: String = plain(why).chars().take(words).collect();
            _ = write!(text, "; failed {version} {why}");
        }
        text
    }

    /// The record once `release` is live. Whatever was held or had failed is in the past, and so is a canary.
    pub(crate) fn with(&self, release: Release, keep: usize) -> Self {
        let version = release.version;
        let others = self.releases.iter().filter(|r| r.version != version).cloned();
        let releases = std::iter::once(release).chain(others).take(keep.max(1)).collect();
        Self { releases, adopted: self.adopted, ..Self::default() }
    }

    /// The record once `version` is not live any more, and not to come back by itself.
    pub(crate) fn without(&self, version: u64) -> Self {
        let releases = self.releases.iter().filter(|r| r.version != version).cloned().collect();
        Self { releases, canary: self.canary.clone().filter(|c| c.version != version), ..self.clone() }
    }

    /// The release that was live before `version`: Lambda numbers versions in their order, and a later one is none to go back to.
    pub(crate) fn before(&self, version: u64) -> Option<&Release> {
        self.releases.iter().filter(|release| release.version < version).max_by_key(|release| release.version)
    }

    pub(crate) fn release(&self, version: u64) -> Option<&Release> {
        self.releases.iter().chain(&self.canary).find(|r| r.version == version)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.version, base36(self.at))?;
        self.commit.as_ref().map_or(Ok(()), |commit| write!(f, "/{commit}"))
    }
}

impl Release {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let version = parts.next()?.parse().ok()?;
        let at = parts.next().and_then(|at| i64::from_str_radix(at, 36).ok()).unwrap_or_default();
        Some(Self { version, at, commit: parts.next().map(str::to_owned) })
    }
}

impl Held {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let version = parts.next()?.parse().ok()?;
        let mut text = || parts.next().unwrap_or_default().to_owned();
        Some(Self { version, when: text(), who: text() })
    }
}

impl Failed {
    fn read(text: &str) -> Option<Self> {
        let (version, why) = text.split_once(' ').unwrap_or((text, ""));
        Some(Self { version: version.parse().ok()?, why: why.to_owned() })
    }
}

/// Without what would end a part, and without line breaks: an error's words come from anywhere.
fn plain(text: &str) -> String {
    let ascii = text.chars().map(|c| match c {
        ';' => ',',
        c if c.is_ascii_graphic() => c,
        c if c.is_ascii() || c.is_whitespace() => ' ',
        _ => '?',
    });
    ascii.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn base36(number: i64) -> String {
    let (mut left, mut digits) = (number.max(0), Vec::new());
    loop {
        #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
        digits.push(char::from_digit((left % 36) as u32, 36).unwrap_or('0'));
        left /= 36;
        if left == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn release(version: u64) -> Release {
        Release { version, at: 1_795_988_668, commit: Some("ab12cd3".to_owned()) }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let record = Record {
            releases: vec![release(7), Release { commit: None, ..release(5) }],
            canary: Some(release(10)),
            held: Some(Held { version: 8, when: "2026-11-29T21:44:28Z".into(), who: "alice".into() }),
            failed: Some(Failed { version: 9, why: "it raised KeyError: 'a'".into() }),
            adopted: false,
        };
        assert_eq!(Record::read(&record.text()), Some(record.clone()));
        let adopted = Record { adopted: true, releases: Vec::new(), ..record };
        assert_eq!(Record::read(&adopted.text()), Some(adopted));
        assert_eq!(Record::read(&Record::default().text()), Some(Record::default()));
        assert_eq!(Record::read("my own alias"), None);
    }

    #[test]
    fn it_never_is_too_long_and_keeps_what_rollback_needs() {
        let record = Record {
            releases: (0..40).rev().map(release).collect(),
            failed: Some(Failed { version: 41, why: "é; \n".repeat(300) }),
            ..Record::default()
        };
        let text = record.text();
        assert!(text.len() <= LIMIT && text.is_ascii(), "{text}");
        let read = Record::read(&text).unwrap();
        assert!(read.releases.len() >= 10 && read.releases[..] == record.releases[..read.releases.len()]);
        assert_eq!(read.failed.map(|f| f.version), Some(41));
        let ten = Record { releases: (0..10).map(release).collect(), ..record };
        assert!(Record::read(&ten.text()).unwrap().failed.unwrap().why.len() > 20);
    }

    #[test]
    fn a_move_clears_marks_and_knows_the_release_before() {
        let record = Record { releases: vec![release(7), release(5)], ..Record::default() };
        let held = Some(Held { version: 8, when: String::new(), who: String::new() });
        let moved = Record { held, ..record.clone() }.with(release(9), 2);
        assert_eq!((moved.releases, moved.held), (vec![release(9), release(7)], None));
        assert_eq!(record.before(7).map(|r| r.version), Some(5));
        assert_eq!(record.before(5), None);
        assert_eq!(record.without(7).releases, [release(5)]);
    }
}
