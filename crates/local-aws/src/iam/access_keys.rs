//! Access keys of users.

use super::{
    entity::date,
    id,
    paging::MarkedPage,
    user::{find, named_or_caller},
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
};
use serde_json::{Value, json};

const MOST: usize = 2;
const KEY_ID: Shape = Shape { length: (16, 128), pattern: Some((r"[\w]+", is_word)) };

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The only answer that ever holds the secret.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = named_or_caller(call, &input)?;
    if find(call, &name)?.access_keys.len() >= MOST {
        let text = format!("Cannot exceed quota for AccessKeysPerUser: {MOST}");
        return Err(AwsError::new(409, "LimitExceeded", text));
    }
    let (key, now) = (id::next_access_key(call), call.now);
    find(call, &name)?.access_keys.insert(key.clone(), now);
    Ok(Reply::ok(json!({ "AccessKey": {
        "UserName": name,
        "AccessKeyId": key,
        "Status": "Active",
        "SecretAccessKey": id::secret_of(call.config, &key),
        "CreateDate": date(now),
    } })))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = named_or_caller(call, &input)?;
    let page = MarkedPage::of(&input)?;
    let keys = &find(call, &name)?.access_keys;
    let shown = |key: &String, since| json!({ "UserName": name, "AccessKeyId": key, "Status": "Active", "CreateDate": date(since) });
    let items = keys.iter().map(|(key, since)| (key.clone(), shown(key, *since))).collect();
    page.cut(call, "AccessKeyMetadata", items)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = named_or_caller(call, &input)?;
    let mut members = Members::of(&input);
    let key = members.text("AccessKeyId", KEY_ID).to_owned();
    members.finish("ValidationError")?;
    match find(call, &name)?.access_keys.remove(&key) {
        Some(_) => Ok(Reply::Empty { status: 200 }),
        None => {
            let text = format!("The Access Key with id {key} cannot be found.");
            Err(AwsError::new(404, "NoSuchEntity", text))
        }
    }
}
