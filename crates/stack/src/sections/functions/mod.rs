//! The functions of the stack.

mod architecture;
mod build;
mod command_line;
mod environment;
mod function;
mod image;
mod log_retention;
mod missing_files;
mod names;
mod release;
mod role;
mod starts;
mod vpc;
mod wide_rights;

pub use architecture::Architecture;
pub use build::{Build, SecretSource};
pub use function::Function;
pub(crate) use image::Image;
pub use image::ImageSource;
pub(crate) use missing_files::missing_files;
#[cfg(test)]
pub(crate) use release::Canary;
pub(crate) use release::ReleaseRules;
pub use release::seconds;
pub use role::{ManagedRole, Role, Statement};
pub(crate) use vpc::Vpc;

use crate::{
    mistake::Mistake,
    node::{Entry, Node},
    place::Place,
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape, one_of},
    slips::nearest,
};
use std::collections::BTreeMap;

pub(crate) const FUNCTIONS: Field = Field::new(
    "functions",
    Shape::map(&KEY, &Shape::Fields(&function::FUNCTION)).not_empty(),
    "The Lambda functions; routes name their keys.",
)
.required();

/// The key of a function.
pub(crate) const KEY: Rule =
    Rule::new("a letter, then up to 62 letters, digits, `-` or `_`", "^[A-Za-z][A-Za-z0-9_-]{0,62}$");

/// By key.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> BTreeMap<String, Function> {
    let entries = FUNCTIONS.entries(root);
    let mut functions: BTreeMap<_, _> =
        entries.iter().map(|entry| (entry.key.clone(), Function::read(reader, entry))).collect();
    share_repositories(entries, &mut functions);
    names::check(reader, root, &functions);
    functions
}

/// Tells that `subject` ("the authorizer is", "`GET /` leads to") a function that is not there.
pub(crate) fn tell_unknown(
    reader: &mut Reader,
    functions: &BTreeMap<String, Function>,
    key: &str,
    place: Place,
    subject: &str,
) {
    let names: Vec<_> = functions.keys().map(String::as_str).collect();
    let meant = nearest(key, names.iter().copied());
    let guess = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
    let mistake = Mistake::at(place, format!("{subject} a function that is not there{guess}"));
    reader.tell(if names.is_empty() {
        mistake
    } else {
        mistake.expected(format!("expected {}", one_of(&names)))
    });
}

/// Equal images are built and pushed once: what names no repository is in that of the first function of the file which is
/// built from the same.
fn share_repositories(entries: &[Entry], functions: &mut BTreeMap<String, Function>) {
    for (n, entry) in entries.iter().enumerate() {
        let names_one = image::names_repository(&entry.value);
        let Some(own) = functions.get(&entry.key).filter(|own| !names_one && own.image.is_pushed()) else {
            continue;
        };
        let earlier = entries.iter().take(n).filter_map(|earlier| functions.get(&earlier.key));
        let same =
            earlier.into_iter().find(|it| it.has_the_image_of(own)).map(|it| it.image.repository.clone());
        if let (Some(repository), Some(own)) = (same, functions.get_mut(&entry.key)) {
            own.image.repository = repository;
        }
    }
}
