//! What makes a function answer faster that was not called for a while: a snapshot to start from, or containers that are kept ready.

use super::{
    Function,
    function::{EPHEMERAL_STORAGE, RESERVED_CONCURRENCY},
};
use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    shape::{DefaultValue, Field, Shape},
};

pub(crate) const SNAPSTART: Field = Field::new(
    "snapstart",
    Shape::Flag,
    "Whether containers start from a snapshot that Lambda takes of each new version, for a price. Only for images on AWS's base of \
     Python 3.12, Java 11 or .NET 8 and later, or with the label com.amazonaws.lambda.feature.snapstart=Allow.",
)
.shown()
.or(DefaultValue::Flag(false));

pub(crate) const PROVISIONED_CONCURRENCY: Field = Field::new(
    "provisioned_concurrency",
    Shape::whole_from(1),
    "How many containers of the live version are kept ready, for a price; not with `snapstart`. Default: none.",
)
.shown();

/// MB of /tmp that a snapshot holds (`docs/aws.md` 4.8).
const SNAPSHOT_STORAGE: u32 = 512;

/// What of both Lambda would refuse beside the function's other keys.
pub(crate) fn check(reader: &mut Reader, node: &Node, function: &Function) {
    if function.snapstart {
        check_snapstart(reader, node, function);
    }
    let (Some(count), Some(reserved)) = (function.provisioned_concurrency, function.reserved_concurrency)
    else {
        return;
    };
    // A new version is called by its number, which none of the ready containers serves.
    let tried = u32::from(function.release.smoke);
    if count.saturating_add(tried) > reserved {
        let most = reserved.saturating_sub(tried);
        let spare = if tried > 0 { ", because trying a new version takes one more" } else { "" };
        let message = format!(
            "`{}: {count}` does not fit into `{}: {reserved}`",
            PROVISIONED_CONCURRENCY.name, RESERVED_CONCURRENCY.name
        );
        tell(reader, node, &PROVISIONED_CONCURRENCY, message, format!("at most {most}{spare}"));
    }
}

fn check_snapstart(reader: &mut Reader, node: &Node, function: &Function) {
    if function.provisioned_concurrency.is_some() {
        let message = format!("`{}` is written beside `{}`", PROVISIONED_CONCURRENCY.name, SNAPSTART.name);
        tell(
            reader,
            node,
            &PROVISIONED_CONCURRENCY,
            message,
            "one of them: Lambda has no function with both",
        );
    }
    if function.ephemeral_storage > SNAPSHOT_STORAGE {
        let message = format!("`{}` takes no more than {SNAPSHOT_STORAGE} MB of /tmp", SNAPSTART.name);
        let field = &EPHEMERAL_STORAGE.field;
        tell(
            reader,
            node,
            field,
            message,
            format!("`{}: {SNAPSHOT_STORAGE}`, or no `snapstart`", field.name),
        );
    }
}

/// At the value of a key that is written.
fn tell(reader: &mut Reader, node: &Node, field: &Field, message: String, expected: impl Into<String>) {
    if let Some(value) = field.node(node) {
        reader.tell(Mistake::at(value.place, message).expected(expected));
    }
}
