//! TagList of roles, users and policies: at most 50, keys unique whatever their case.

use super::{
    find::iam,
    names::name_of,
    paging::MarkedPage,
    state::{EntityKind, TagList},
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    tags::{MOST, is_legal, is_reserved},
};
use serde_json::{Value, json};

const KEY: Shape = Shape { length: (1, 128), pattern: Some((r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", is_legal)) };
const VALUE: Shape = Shape { length: (0, 256), pattern: Some((r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", is_legal)) };

/// The member `TagList` of an input; broken shapes are left for `members.finish`.
pub(crate) fn read(members: &mut Members<'_>) -> Result<TagList, AwsError> {
    let list = members.list("Tags");
    let mut tags = TagList::new();
    for (n, tag) in list.iter().enumerate() {
        let (key, value) =
            (tag["Key"].as_str().unwrap_or_default(), tag["Value"].as_str().unwrap_or_default());
        if tag["Value"].is_null() {
            members.missing(&format!("tags.{}.member.value", n + 1));
        }
        members.check_text(&format!("tags.{}.member.key", n + 1), key, KEY);
        members.check_text(&format!("tags.{}.member.value", n + 1), value, VALUE);
        if is_reserved(key) {
            return Err(invalid("System tags cannot be added/updated by requester"));
        }
        if tags.iter().any(|(k, _)| k.eq_ignore_ascii_case(key)) {
            return Err(invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
        tags.push((key.to_owned(), value.to_owned()));
    }
    if tags.len() > MOST {
        members.fail("tags", "[...]", format!("Member must have length less than or equal to {MOST}"));
    }
    Ok(tags)
}

fn invalid(text: &str) -> AwsError {
    AwsError::new(400, "InvalidInput", text)
}

pub(crate) fn shown(tags: &TagList) -> Value {
    tags.iter().map(|(k, v)| json!({ "Key": k, "Value": v })).collect()
}

pub(crate) fn tag(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let name = name_of(input, kind)?;
    let mut members = Members::of(input);
    let new = read(&mut members)?;
    if input["Tags"].is_null() {
        members.missing("Tags");
    }
    members.finish("ValidationError")?;
    let entity = iam(call).entity_mut(kind, &name)?;
    let mut tags = entity.tags.clone();
    tags.retain(|(k, _)| !new.iter().any(|(n, _)| n.eq_ignore_ascii_case(k)));
    tags.extend(new);
    if tags.len() > MOST {
        let text = format!("The number of tags has reached the maximum limit of {MOST}.");
        return Err(AwsError::new(409, "LimitExceeded", text));
    }
    tags.sort();
    entity.tags = tags;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn untag(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let name = name_of(input, kind)?;
    let mut members = Members::of(input);
    let keys = members.texts("TagKeys", 0..=MOST, KEY);
    if input["TagKeys"].is_null() {
        members.missing("TagKeys");
    }
    members.finish("ValidationError")?;
    let tags = &mut iam(call).entity_mut(kind, &name)?.tags;
    tags.retain(|(k, _)| !keys.iter().any(|gone| gone.eq_ignore_ascii_case(k)));
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn list(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let name = name_of(input, kind)?;
    let page = MarkedPage::of(input)?;
    let mut tags = iam(call).entity(kind, &name)?.tags.clone();
    tags.sort();
    let items = tags.into_iter().map(|(k, v)| (k.clone(), json!({ "Key": k, "Value": v }))).collect();
    page.cut(call, "Tags", items)
}
