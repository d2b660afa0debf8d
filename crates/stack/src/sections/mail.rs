//! Mail addresses.

use crate::rule::Rule;

/// A name, and a host with a point, as SNS wants them (`docs/aws.md` 7.3).
pub(super) const ADDRESS: Rule =
    Rule::new("a mail address", "^[^@ ,;<>\"]{1,64}@[^@ ,;<>\".]+([.][^@ ,;<>\".]+)+$").max(320);
