//! Ownership is a tag, carried by every create call in the same request.

use crate::engine::{Id, Owner};
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};

/// Key to value, in order.
pub(crate) type Tags = BTreeMap<String, String>;

pub(crate) const STACK: &str = "lambdeploy:stack";
pub(crate) const ID: &str = "lambdeploy:id";
pub(crate) const REGION: &str = "lambdeploy:region";
/// It was there before the stack; `destroy` keeps it.
pub(crate) const ADOPTED: &str = "lambdeploy:adopted";

/// How many tags everything that was adopted has of us.
const OWN: usize = 4;
/// AWS's limit for one thing.
const MOST: usize = 50;

/// What an answer holds by name, in order.
pub(crate) fn ordered<V: Clone>(map: Option<&HashMap<String, V>>) -> BTreeMap<String, V> {
    map.into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// Whose things are whose: one stack in one region, and the tags its owner wants on everything.
#[derive(Debug, Clone)]
pub(crate) struct Ownership {
    pub stack: String,
    pub region: String,
    /// The user's own `tags:`.
    pub extra: Tags,
}

impl Ownership {
    /// The tags of a resource that is ours or becomes ours.
    pub(crate) fn tags(&self, id: &Id, owner: Option<&Owner>) -> Tags {
        let mut tags = self.extra.clone();
        tags.insert(STACK.to_owned(), self.stack.clone());
        tags.insert(ID.to_owned(), id.to_string());
        tags.insert(REGION.to_owned(), self.region.clone());
        if matches!(owner, Some(Owner::Adopted | Owner::Unclaimed | Owner::Other(_))) {
            tags.insert(ADOPTED.to_owned(), "true".to_owned());
        }
        tags
    }

    /// Whether these tags say "this stack, in this region".
    pub(crate) fn owns(&self, tags: &Tags) -> bool {
        tags.get(STACK) == Some(&self.stack) && tags.get(REGION) == Some(&self.region)
    }

    /// Whose a thing with these tags is; `what` names it for a refusal.
    pub(crate) fn owner(&self, tags: &Tags, what: impl FnOnce() -> String) -> Owner {
        match (self.owns(tags), tags.get(STACK), tags.get(ADOPTED).map(String::as_str)) {
            (true, _, Some("true")) => Owner::Adopted,
            (true, _, _) => Owner::Us,
            (false, Some(other), _) => {
                let region = tags.get(REGION).map(|r| format!(" in {r}")).unwrap_or_default();
                let why =
                    format!("it belongs to the stack {other}{region}, and --adopt takes from no other stack");
                Owner::Barred { what: what(), why }
            }
            (false, None, _) => match self.crowded(tags, 0) {
                Some(why) => Owner::Barred { what: what(), why },
                None => Owner::Other(what()),
            },
        }
    }

    /// Why a thing with these tags of other people can't be adopted: ours, with `more` besides the usual, have no room.
    pub(crate) fn crowded(&self, tags: &Tags, more: usize) -> Option<String> {
        let foreign = tags.keys().filter(|k| !k.starts_with("aws:") && !self.extra.contains_key(*k)).count();
        let ours = OWN + self.extra.len() + more;
        (foreign + ours > MOST).then(|| {
            format!(
                "it has {foreign} tags and would need {ours} more, and AWS takes {MOST}: remove some, or shorten `tags:`"
            )
        })
    }

    /// The canonical form of what AWS reports: AWS's own tags are not ours to manage, and on adopted things strangers'
    /// tags stay. Ours are all there should be on what we made.
    pub(crate) fn managed(&self, tags: &Tags, owner: &Owner) -> Tags {
        let ours = |key: &str| key.starts_with("lambdeploy:") || self.extra.contains_key(key);
        let elsewhere = |key: &str| {
            ["aws:", INVENTORY, KEPT, CHECKED, PAUSED, ROTATED].iter().any(|p| key.starts_with(p))
        };
        let keep = |key: &str| !elsewhere(key) && (*owner == Owner::Us || ours(key));
        tags.iter().filter(|(k, _)| keep(k)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

/// Several of one name, none of them ours: nobody but the person can choose. `word` is the one behind `--adopt`.
pub(crate) fn ambiguous(what: &str, name: &str, word: &str, ids: &[&str]) -> Option<Owner> {
    (ids.len() > 1).then(|| Owner::Barred {
        what: format!("the {} {what} named {name} ({})", ids.len(), ids.join(", ")),
        why: format!("--adopt {word}=<id> chooses one"),
    })
}

/// The inventory on the REST API has its own field ([`crate::stack::Inventory`]).
pub(crate) const INVENTORY: &str = "lambdeploy:inventory";

/// Statements of a function that is being made anew, on the REST API: the function's own business.
pub(crate) const KEPT: &str = "lambdeploy:kept";

/// For which state of the stack its contract held, on the stage.
pub(crate) const CHECKED: &str = "lambdeploy:checked";

/// When `pause` shut the door, on the REST API; and on each key that it disabled.
pub(crate) const PAUSED: &str = "lambdeploy:paused";

/// The day when another key took the place of this one.
pub(crate) const ROTATED: &str = "lambdeploy:rotated";

/// Makes the managed tags `have` into `want`: every service has one call that sets tags and one that takes them away.
///
/// # Errors
/// Those of the calls.
pub(crate) async fn change(
    have: &Tags,
    want: &Tags,
    set: impl AsyncFnOnce(Tags) -> Result<()>,
    take_away: impl AsyncFnOnce(Vec<String>) -> Result<()>,
) -> Result<()> {
    let (new, gone) = difference(have, want);
    if !new.is_empty() {
        set(new).await?;
    }
    if !gone.is_empty() {
        take_away(gone).await?;
    }
    Ok(())
}

/// What to set and what to take away, from one set of managed tags to another.
pub(crate) fn difference(have: &Tags, want: &Tags) -> (Tags, Vec<String>) {
    let set =
        want.iter().filter(|(k, v)| have.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let gone = have.keys().filter(|k| !want.contains_key(*k)).cloned().collect();
    (set, gone)
}
