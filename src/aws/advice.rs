//! What a person can do about a call that failed, where there is something to say.

use super::{
    failure::{Class, Failure},
    regions,
};

impl Failure {
    /// The action and the resource in "… not authorized to perform: iam:CreateRole on resource: arn:… with …".
    pub(crate) fn denied(&self) -> Option<String> {
        let (_, rest) = self.message.split_once("not authorized to perform: ")?;
        let mut words = rest.split_whitespace();
        let action = words.next()?;
        // IAM names a role that a caller without a path to it asks for as `role X`.
        let resource = rest.split_once("on resource: ")?.1;
        let end =
            [" with ", " because "].iter().filter_map(|w| resource.find(w)).min().unwrap_or(resource.len());
        Some(format!("{action} on {}", resource[..end].trim_end_matches('.')))
    }

    fn way_out(&self) -> Option<String> {
        let unreachable = self.unreachable.as_ref()?;
        let region = regions::of_host(&unreachable.host);
        match region.and_then(|region| Some((region, regions::meant(region)?))) {
            Some((region, meant)) => {
                Some(format!("there may be no region `{region}`: did you mean `{meant}`?"))
            }
            None => unreachable.advice(),
        }
    }

    /// What a person can do about it, where there is something to say.
    pub(super) fn advice(&self) -> Option<String> {
        match self.class() {
            Class::Denied if self.says("is a linked account") => Some(
                "the account's organisation keeps budgets to its management account: have them allowed there, or leave `budget` out of \
                 the stack file"
                    .to_owned(),
            ),
            Class::Denied => {
                let wanted = self.denied().unwrap_or_else(|| format!("{} on the resource AWS names", self.operation));
                Some(format!("the caller's policy has to allow {wanted}; then run the same command again"))
            }
            Class::Unreachable => self.way_out(),
            Class::Credentials if self.skew.is_some() || self.no_credentials.is_some() => None,
            Class::Credentials if self.code.is_none() => Some(
                "sign in (`aws login`, `aws sso login` or `aws configure`); name a profile with `profile:` in the stack file, --profile or \
                 AWS_PROFILE; or try everything without an account: --local"
                    .to_owned(),
            ),
            Class::Credentials => Some(
                "sign in again if they have expired; choose others with `profile:` in the stack file, --profile, AWS_PROFILE or \
                 AWS_ACCESS_KEY_ID; or try everything without an account: --local"
                    .to_owned(),
            ),
            Class::NotYet if self.says("cannot be assumed") => Some(
                "either the role is too young (AWS needs up to minutes), or its trust policy does not let lambda.amazonaws.com assume it"
                    .to_owned(),
            ),
            Class::Ambiguous => Some("nothing is lost: run the same command again".to_owned()),
            _ if self.says("not supported for this log class") => Some(
                "read such a log with CloudWatch Logs Insights, in the console or by aws logs start-query".to_owned(),
            ),
            _ if self.names_no_policy() => Some(
                "is its name right? `policies:` takes names of AWS's own policies, such as AmazonS3ReadOnlyAccess, and ARNs of others"
                    .to_owned(),
            ),
            _ if self.says("not in the supported unit set") => Some(
                "write `budget.limit` in the currency of the account's bill, which AWS names in the brackets".to_owned(),
            ),
            _ if self.says("media type") => Some(
                "Lambda takes one platform's image manifest, never an index with attestations; build with `--provenance=false`"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}
