//! How a new version of a function becomes what callers get.

use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{DefaultValue, Field, Fields, Shape},
};

pub(crate) const RELEASE: Field = Field::new(
    "release",
    Shape::Fields(&Fields::new(&[SMOKE, CANARY, KEEP])),
    "How a new version becomes what callers get. Default: it is called once before, and then gets all calls.",
);

const SMOKE: Field = Field::new(
    "smoke",
    Shape::Flag,
    "Whether a new version is called before anybody gets it: with the function's `checks`, else with one mild request.",
)
.or(DefaultValue::Flag(true));

const CANARY: Field = Field::new(
    "canary",
    Shape::Text(&SHARE),
    "A share of the calls that a new version gets first, and for how long: `10% for 10m`. Default: all at once.",
)
.shown();
const SHARE: Rule = Rule::new(
    "1% to 99%, and a time in seconds, minutes or hours, such as `10% for 10m`",
    "^[1-9][0-9]?% for [1-9][0-9]{0,4}[smh]$",
);

pub(crate) const KEEP: Field = Field::new(
    "keep",
    Shape::Whole { min: 1, max: MOST as u64 },
    "How many versions, the live one among them, and their images stay to go back to. It replaces `image.keep`. Default: 5; with `snapstart` 1, because each costs.",
)
.shown();
/// The alias's description names them, in 256 characters.
const MOST: u32 = 10;
const USUAL: u32 = 5;
/// Each version with a snapshot has a price (`docs/aws.md` 19).
const USUAL_WITH_SNAPSHOTS: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRules {
    /// Default: true.
    pub smoke: bool,
    /// Default: all at once.
    pub canary: Option<Canary>,
    /// Versions that stay, the live one among them; 1 to 10.
    pub keep: u32,
}

/// A share of the calls, for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canary {
    /// 1 to 99.
    pub percent: u32,
    /// How long it is watched.
    pub seconds: u32,
}

impl ReleaseRules {
    /// `images`: what `image.keep` says, where it is written.
    pub(crate) fn read(reader: &mut Reader, function: &Node, images: Option<u32>, snapstart: bool) -> Self {
        let node = RELEASE.node(function);
        let keep = node.and_then(|node| KEEP.whole(node));
        let usual = if snapstart { USUAL_WITH_SNAPSHOTS } else { USUAL };
        if let (Some(_), Some(_), Some(node)) = (keep, images, node.and_then(|node| KEEP.node(node))) {
            reader.tell(
                Mistake::at(node.place, "`release.keep` and `image.keep` say the same")
                    .expected("one of them")
                    .help("leave `image.keep` out: images stay as long as their versions"),
            );
        }
        Self {
            smoke: node.and_then(|node| SMOKE.scalar(node)).is_none_or(|it| it.text != "false"),
            canary: node.and_then(|node| CANARY.text(node)).and_then(|text| Canary::parse(&text)),
            keep: keep.or(images).unwrap_or(usual).min(MOST),
        }
    }
}

impl Canary {
    /// `10% for 10m`
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (percent, time) = text.split_once("% for ")?;
        Some(Self { percent: percent.parse().ok()?, seconds: seconds(time)? })
    }
}

/// `30s`, `10m`, `2h`.
pub fn seconds(text: &str) -> Option<u32> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let times = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(times)
}
