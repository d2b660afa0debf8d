//! A stack's name from the name of its folder.

use std::path::Path;

/// The stack file's limit, in characters.
const MOST: usize = 31;
/// For a folder whose name has no letter of a stack's name.
const FALLBACK: &str = "stack";
/// What YAML, of this version or an earlier one, takes for something else than a text.
const WORDS_OF_YAML: [&str; 12] =
    ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "none"];

/// What the stack in `folder` (absolute) is called: lower-case letters, digits and `-`, and a letter first.
pub(super) fn of_folder(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let parts = name.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let from_letter = joined.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let cut = &from_letter[..from_letter.len().min(MOST)];
    let name = cut.trim_end_matches('-');
    if name.is_empty() { FALLBACK.to_owned() } else { name.to_owned() }
}

/// `text` as a stack file has it: in quotes where YAML would misread it, and with no variable in it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !WORDS_OF_YAML.contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { serde_json::json!(text.replace('$', "$$")).to_string() }
}
