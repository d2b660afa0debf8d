//! Lists in pages. What a page is called in an input and a reply, and how large it may be, each service says; that a
//! page starts behind a key, so that what is made or deleted between two pages neither repeats nor hides anything, is the
//! same everywhere.

use crate::config::Config;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The first `size` of `items` behind the key `after`, and the key behind which the next page starts, where there is
/// one. `items` come in the order of their keys.
pub(crate) fn cut<T>(
    items: impl IntoIterator<Item = (String, T)>,
    after: Option<&str>,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let mut rest = items.into_iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
    let page: Vec<(String, T)> = rest.by_ref().take(size).collect();
    let last = rest.next().and(page.last()).map(|(key, _)| key.clone());
    (page.into_iter().map(|(_, item)| item).collect(), last)
}

/// How many items a page has where so many are asked for: at least one, and no more than a person has set.
pub(crate) fn size(asked: usize, config: &Config) -> usize {
    asked.min(config.page_size.unwrap_or(usize::MAX)).max(1)
}

/// A key as a token that only this local AWS can read.
pub(crate) fn token(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The key that [`token`] made a token of; `None` where it did not.
pub(crate) fn key_of(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(after: Option<&str>, size: usize) -> (Vec<u8>, Option<String>) {
        cut([("a", 1), ("b", 2), ("c", 3)].map(|(key, item)| (key.to_owned(), item)), after, size)
    }

    #[test]
    fn a_page_starts_behind_a_key_and_says_where_it_ended() {
        assert_eq!(page(None, 2), (vec![1, 2], Some("b".to_owned())));
        assert_eq!(page(Some("b"), 2), (vec![3], None));
        assert_eq!(page(None, 3), (vec![1, 2, 3], None), "the last page says nothing");
        assert_eq!(page(Some("aa"), 1), (vec![2], Some("b".to_owned())), "the key may be gone by now");
        assert_eq!(page(Some("c"), 1), (vec![], None));
    }

    #[test]
    fn a_token_is_read_back_and_what_is_none_is_not() {
        assert_eq!(key_of(&token("päth/a b")), Some("päth/a b".to_owned()));
        assert_eq!(key_of("!"), None);
    }
}
