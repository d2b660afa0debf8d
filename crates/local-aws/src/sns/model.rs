//! The inputs of SNS as AWS's model has them. It says little: what names and addresses may be, the operations know.

use crate::constraint::{
    Member::{Optional, Required},
    Shape,
    ValueShape::{self, List, Map, Structure, Text, Truth, Unread},
};

const fn text(least: usize, most: usize) -> ValueShape {
    Text(Shape { length: (least, most), pattern: None })
}

static ANY: ValueShape = text(0, usize::MAX);
static KEY: ValueShape = text(1, 128);
static VALUE: ValueShape = text(0, 256);
static RESOURCE: ValueShape = text(1, 1011);
static ATTRIBUTES: ValueShape = Map(Shape { length: (0, usize::MAX), pattern: None }, &ANY);
static TAG: ValueShape = Structure(&[Required("Key", &KEY), Required("Value", &VALUE)]);
static TAGS: ValueShape = List(&TAG, 0, usize::MAX);
static KEYS: ValueShape = List(&KEY, 0, usize::MAX);

pub(crate) static CREATE_TOPIC: ValueShape = Structure(&[
    Required("Name", &ANY),
    Optional("Attributes", &ATTRIBUTES),
    Optional("Tags", &TAGS),
    Optional("DataProtectionPolicy", &ANY),
]);
pub(crate) static OF_TOPIC: ValueShape =
    Structure(&[Required("TopicArn", &ANY), Optional("NextToken", &ANY)]);
pub(crate) static SET_TOPIC_ATTRIBUTES: ValueShape = Structure(&[
    Required("TopicArn", &ANY),
    Required("AttributeName", &ANY),
    Optional("AttributeValue", &ANY),
]);
pub(crate) static LIST: ValueShape = Structure(&[Optional("NextToken", &ANY)]);
pub(crate) static SUBSCRIBE: ValueShape = Structure(&[
    Required("TopicArn", &ANY),
    Required("Protocol", &ANY),
    Optional("Endpoint", &ANY),
    Optional("Attributes", &ATTRIBUTES),
    Optional("ReturnSubscriptionArn", &Truth),
]);
pub(crate) static CONFIRM: ValueShape = Structure(&[
    Required("TopicArn", &ANY),
    Required("Token", &ANY),
    Optional("AuthenticateOnUnsubscribe", &ANY),
]);
pub(crate) static OF_SUBSCRIPTION: ValueShape = Structure(&[Required("SubscriptionArn", &ANY)]);
pub(crate) static PUBLISH: ValueShape = Structure(&[
    Optional("TopicArn", &ANY),
    Optional("TargetArn", &ANY),
    Optional("PhoneNumber", &ANY),
    Required("Message", &ANY),
    Optional("Subject", &ANY),
    Optional("MessageStructure", &ANY),
    Optional("MessageAttributes", &Unread),
    Optional("MessageDeduplicationId", &ANY),
    Optional("MessageGroupId", &ANY),
]);
pub(crate) static TAG_RESOURCE: ValueShape =
    Structure(&[Required("ResourceArn", &RESOURCE), Required("Tags", &TAGS)]);
pub(crate) static UNTAG_RESOURCE: ValueShape =
    Structure(&[Required("ResourceArn", &RESOURCE), Required("TagKeys", &KEYS)]);
pub(crate) static LIST_TAGS: ValueShape = Structure(&[Required("ResourceArn", &RESOURCE)]);
