//! AWS's partitions and the regions known when this was built (the SDKs' `partitions.json`; a test holds the two together).
//! A name that is not in the list may be a region that is younger than this program: AWS has the last word.

/// Regions that share accounts and the end of host names.
struct Partition {
    suffix: &'static str,
    /// What its regions' names begin with; the first partition takes the rest.
    prefixes: &'static [&'static str],
    regions: &'static [&'static str],
}

const PARTITIONS: &[Partition] = &[
    Partition {
        suffix: "amazonaws.com",
        prefixes: &[],
        regions: &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "me-west-1",
            "mx-central-1",
            "sa-east-1",
            "sa-west-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    },
    Partition { suffix: "amazonaws.com.cn", prefixes: &["cn-"], regions: &["cn-north-1", "cn-northwest-1"] },
    Partition { suffix: "amazonaws.eu", prefixes: &["eusc-"], regions: &["eusc-de-east-1"] },
    Partition {
        suffix: "amazonaws.com",
        prefixes: &["us-gov-"],
        regions: &["us-gov-east-1", "us-gov-west-1"],
    },
    Partition { suffix: "c2s.ic.gov", prefixes: &["us-iso-"], regions: &["us-iso-east-1", "us-iso-west-1"] },
    Partition {
        suffix: "sc2s.sgov.gov",
        prefixes: &["us-isob-"],
        regions: &["us-isob-east-1", "us-isob-west-1"],
    },
    Partition { suffix: "cloud.adc-e.uk", prefixes: &["eu-isoe-"], regions: &["eu-isoe-west-1"] },
    Partition {
        suffix: "csp.hci.ic.gov",
        prefixes: &["us-isof-"],
        regions: &["us-isof-east-1", "us-isof-south-1"],
    },
];

/// The end of AWS's host names in `region`: `amazonaws.com`, `amazonaws.com.cn`, …
pub(crate) fn suffix(region: &str) -> &'static str {
    let begins = |p: &&Partition| p.prefixes.iter().any(|prefix| region.starts_with(prefix));
    PARTITIONS.iter().find(begins).unwrap_or(&PARTITIONS[0]).suffix
}

/// The second field of ARNs in `region`; `aws` where it is not known.
pub(crate) fn partition(region: &str) -> &'static str {
    const OTHERS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
    ];
    OTHERS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Whether `name` is written as a region's name is.
pub(super) fn is_name(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let word = |part: &&str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    parts.len() >= 2 && parts.iter().all(word) && is_number
}

/// Every region that was known when this was built.
#[cfg(test)]
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    PARTITIONS.iter().flat_map(|p| p.regions).copied()
}

/// For a name that is no region known here: the nearest that is.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let all = || PARTITIONS.iter().flat_map(|p| p.regions).copied();
    if all().any(|region| region == name) {
        return None;
    }
    all().min_by_key(|region| strsim::damerau_levenshtein(region, name))
}

/// The region in a host's name: `lambda.us-east-2.amazonaws.com`.
pub(super) fn of_host(host: &str) -> Option<&str> {
    host.split('.').find(|label| is_name(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes() {
        for (region, suffix_of_it) in [
            ("us-east-2", "amazonaws.com"),
            ("mars-west-9", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("us-isof-south-1", "csp.hci.ic.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
        ] {
            assert_eq!(suffix(region), suffix_of_it, "{region}");
        }
    }

    #[test]
    fn every_known_region_is_in_its_partition() {
        for partition in PARTITIONS {
            for region in partition.regions {
                assert!(is_name(region), "{region}");
                assert_eq!(suffix(region), partition.suffix, "{region}");
                assert_eq!(meant(region), None);
            }
        }
    }

    #[test]
    fn names_that_are_nearly_one() {
        assert_eq!(meant("us-east-22"), Some("us-east-2"));
        assert_eq!(meant("eu-centrl-1"), Some("eu-central-1"));
        assert_eq!(of_host("sts.us-east-22.amazonaws.com"), Some("us-east-22"));
        assert_eq!(of_host("iam.amazonaws.com"), None);
        assert!(!is_name("us east 2") && !is_name("us-2") && !is_name("useast2") && !is_name("us-east-2b"));
    }
}
