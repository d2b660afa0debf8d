//! The releases of a stack as lists.

use super::text::{StyledText, lines};
use crate::resources::{FunctionReleases, ListedVersion, VersionChange, VersionStanding};

/// A function after the other, its newest version first.
pub(super) fn render(all: &[FunctionReleases]) -> StyledText {
    lines(all.iter().flat_map(|function| {
        let head = match function.function == function.name {
            true => function.name.clone(),
            false => format!("{} ({})", function.function, function.name),
        };
        let none = function
            .versions
            .is_empty()
            .then(|| StyledText::from("  no release yet: the next `up` makes one"));
        std::iter::once(StyledText::from(head)).chain(function.versions.iter().map(line)).chain(none)
    }))
}

fn line(it: &ListedVersion) -> StyledText {
    let time = it
        .published
        .as_deref()
        .and_then(|at| at.get(..16))
        .map_or_else(String::new, |at| at.replace('T', " "));
    let image = it.image.as_deref().and_then(|digest| digest.get(7..19)).unwrap_or("-");
    let commit = it.commit.as_deref().unwrap_or("-");
    let text = StyledText::from(format!("  {:>4}  {time:16}  {image:12}  {commit:7}  ", it.version));
    let because = it.because.as_ref().map(|why| format!(" {why}")).unwrap_or_default();
    match it.is {
        VersionStanding::Live => text.green("live"),
        VersionStanding::Canary => text.yellow("canary").plain(because),
        VersionStanding::Before => text.plain("was live"),
        VersionStanding::Held => text.yellow("taken back").plain(because),
        VersionStanding::Failed => text.red("failed").plain(format!(":{because}")),
    }
}

/// `hello: version 8 → 7`
pub(super) fn moved(all: &[VersionChange]) -> StyledText {
    lines(
        all.iter()
            .map(|it| StyledText::from(format!("{}: version {} → {} is live", it.function, it.from, it.to))),
    )
}

/// One of each kind, in somebody else's words.
#[cfg(test)]
pub(super) fn sample(word: fn() -> String) -> FunctionReleases {
    let all = [
        VersionStanding::Live,
        VersionStanding::Canary,
        VersionStanding::Before,
        VersionStanding::Held,
        VersionStanding::Failed,
    ];
    let version = |is| ListedVersion {
        version: 7,
        published: Some(word()),
        image: Some(word()),
        commit: Some(word()),
        is,
        because: Some(word()),
    };
    FunctionReleases { function: word(), name: word(), versions: all.map(version).into() }
}
