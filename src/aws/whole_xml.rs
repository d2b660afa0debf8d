//! Half an XML document reads like a whole one with less in it: a role without its tags would be somebody else's. So an
//! answer in XML counts only if its last element is closed.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::AfterDeserializationInterceptorContextRef, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// For the clients of the services that answer in XML.
#[derive(Debug)]
pub(super) struct WholeXml;

#[dyn_dispatch_hint]
impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response().body().bytes() {
            Some(text) if !is_whole(text) => Err("the answer is cut off".into()),
            _ => Ok(()),
        }
    }
}

/// Nothing, or something that ends with the end of what it began with.
fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((_, last)) = text.trim_end().rsplit_once('<') else { return text.trim().is_empty() };
    let Some(name) = last.strip_prefix('/').and_then(|l| l.strip_suffix('>')) else { return false };
    let root = text.split('<').map(|tag| tag.split([' ', '>']).next().unwrap_or_default());
    root.skip(1).find(|tag| !tag.starts_with(['?', '!'])) == Some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_document_ends_with_the_end_of_its_root() {
        let whole = r#"<?xml version="1.0"?><R xmlns="x"><A><B>1</B></A></R>"#;
        assert!(is_whole(whole.as_bytes()) && is_whole(b"") && is_whole(b"<R></R>\n"));
        for end in 1..whole.len() {
            assert!(!is_whole(&whole.as_bytes()[..end]), "{}", &whole[..end]);
        }
        assert!(!is_whole(b"no XML"));
    }
}
