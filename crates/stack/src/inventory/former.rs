//! How inventories were written before: `f,key,function,role,repository;k,key;p`, with `=XX` for other characters.
//!
//! `,` and `;` are not in the alphabet that API Gateway documents for tags. What was written so is read for as long as there may be
//! stacks that have it; the next `up` writes it anew.

use super::entry::Entry;

/// `None`: the value is not of this form.
pub(super) fn entries(value: &str) -> Option<Vec<Entry>> {
    let is_former = value == "p" || value.contains([',', ';']);
    is_former.then(|| value.split(';').flat_map(read).collect())
}

fn read(entry: &str) -> Vec<Entry> {
    let fields: Vec<String> = entry.split(',').map(unescape).collect();
    match &fields.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["f", key, names @ ..] if names.len() == 3 => {
            // Without a name it was somebody else's.
            let there =
                ["function", "role", "repository"].into_iter().zip(names).filter(|(_, n)| !n.is_empty());
            there.map(|(kind, name)| Entry::new(kind, key, name)).collect()
        }
        ["k", name] => vec![Entry::new("api-key", name, name)],
        ["p"] => vec![Entry::new("usage-plan", "", "")],
        _ => Vec::new(),
    }
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        bytes.extend(u8::from_str_radix(hex, 16).ok());
        bytes.extend(rest.bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
