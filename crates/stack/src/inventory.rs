//! What a stack has that no list of AWS would show: a set of entries `kind/key=name`, packed into tag values.
//!
//! Most list calls return no tags, so what left the stack file could not be found again. The tags of the REST API come
//! free with GetRestApis; an entry is written before anything it names is created, and taken away after the last of it is
//! gone. The set knows no kinds: an entry of a kind that only a newer version makes is kept as it is.
//!
//! A value looks like `api-key/web function/analyzer=egyptianArtAnalyzer role/analyzer usage-plan`: a space between
//! entries, and no `=name` where it is the default ([`DefaultNames`]). All of it is in the alphabet that API Gateway
//! documents for tags.

use super::default_names::DefaultNames;
use std::collections::BTreeSet;

mod entry;
mod former;

pub use entry::Entry;

/// Characters of a tag's value.
pub(super) const VALUE_LENGTH: usize = 256;

/// All entries of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(BTreeSet<Entry>);

impl FromIterator<Entry> for Inventory {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Inventory {
    /// Both.
    pub fn union(&self, other: &Self) -> Self {
        self.0.union(&other.0).cloned().collect()
    }

    /// What `other` does not have.
    pub fn beyond(&self, other: &Self) -> Self {
        self.0.difference(&other.0).cloned().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.0.iter().filter(move |entry| entry.kind == kind)
    }

    /// The entries of these kinds alone.
    pub fn of_kinds(&self, kinds: &[&str]) -> Self {
        self.0.iter().filter(|entry| kinds.contains(&entry.kind.as_str())).cloned().collect()
    }

    /// Whether there is an entry for this key of the stack file.
    pub fn has(&self, kind: &str, key: &str) -> bool {
        self.of_kind(kind).any(|entry| entry.key == key)
    }

    /// Whether a thing of this kind has this name, under whatever key.
    pub fn names(&self, kind: &str, name: &str) -> bool {
        self.of_kind(kind).any(|entry| entry.name == name)
    }

    /// The values of as many tags as the entries need.
    pub fn values(&self, defaults: DefaultNames) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        for entry in self.0.iter().map(|entry| entry.text(defaults)) {
            match values.last_mut().filter(|v| v.len() + 1 + entry.len() <= VALUE_LENGTH) {
                Some(value) => value.extend([" ", &entry]),
                None => values.push(entry),
            }
        }
        values
    }

    /// From the tags' values. What is no entry is left out: somebody may have edited a tag by hand.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a String>, defaults: DefaultNames) -> Self {
        let entries = |value: &'a String| match former::entries(value) {
            Some(entries) => entries,
            None => value.split_whitespace().filter_map(|text| Entry::read(text, defaults)).collect(),
        };
        values.into_iter().flat_map(entries).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: DefaultNames<'_> = DefaultNames { stack: "art", region: "us-east-2" };

    fn inventory(entries: &[(&str, &str, &str)]) -> Inventory {
        entries.iter().map(|(kind, key, name)| Entry::new(kind, key, name)).collect()
    }

    fn read(values: &[&str]) -> Inventory {
        let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
        Inventory::read(&values, DEFAULTS)
    }

    #[test]
    fn is_written_as_kind_key_and_name_without_the_default_names() {
        let all = inventory(&[
            ("function", "analyzer", "egyptianArtAnalyzer"),
            ("role", "analyzer", "art-analyzer-us-east-2"),
            ("repository", "analyzer", "jere/analyzer"),
            ("api-key", "team/web@art", "team/web@art"),
            ("usage-plan", "", ""),
        ]);
        let value = "api-key/team/web@art function/analyzer=egyptianArtAnalyzer repository/analyzer=jere/analyzer \
                     role/analyzer usage-plan";
        assert_eq!(all.values(DEFAULTS), [value]);
        assert_eq!(read(&[value]), all);
        assert_eq!(read(&["role/analyzer=a=b"]), inventory(&[("role", "analyzer", "a=b")]));
    }

    #[test]
    fn survives_the_tags_however_many_they_need_in_the_alphabet_of_api_gateway() {
        let all: Inventory = (0..40)
            .flat_map(|n| {
                let (key, name) =
                    (format!("key{n}"), format!("a-name-of_some+length.{n}/{}", "x".repeat(40)));
                ["function", "role", "repository"].map(|kind| Entry::new(kind, &key, &name))
            })
            .collect();
        let values = all.values(DEFAULTS);
        assert!(values.len() > 20 && values.iter().all(|v| v.len() <= VALUE_LENGTH), "{values:?}");
        let legal = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
        assert!(values.iter().all(|v| v.chars().all(legal)), "{values:?}");
        assert_eq!(Inventory::read(&values, DEFAULTS), all);
    }

    #[test]
    fn former_tags_are_still_read() {
        let values = [
            "f,analyzer,egyptianArtAnalyzer,art-analyzer-us-east-2,jere-egyptian-art-analyzer;k,VercelFrontendKey;p",
            "f,worker,art-worker,,;k,a=20key=3D",
            "p",
        ];
        let expected = inventory(&[
            ("function", "analyzer", "egyptianArtAnalyzer"),
            ("role", "analyzer", "art-analyzer-us-east-2"),
            ("repository", "analyzer", "jere-egyptian-art-analyzer"),
            ("api-key", "VercelFrontendKey", "VercelFrontendKey"),
            ("function", "worker", "art-worker"),
            ("api-key", "a key=", "a key="),
            ("usage-plan", "", ""),
        ]);
        assert_eq!(read(&values), expected);
    }

    #[test]
    fn takes_no_harm_from_a_tag_edited_by_hand_and_keeps_what_a_newer_version_wrote() {
        let edited = read(&["nonsense;f,a;k,b;=;k,c"]);
        assert_eq!(edited, inventory(&[("api-key", "b", "b"), ("api-key", "c", "c")]));
        assert_eq!(read(&["= /x 7 function/a"]), inventory(&[("function", "a", "art-a")]));
        assert_eq!(read(&["budget/monthly=art"]).values(DEFAULTS), ["budget/monthly=art"]);
    }
}
