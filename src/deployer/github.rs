//! The trust policy of a role that GitHub Actions assume without a stored key (OIDC).

use super::scope::Scope;
use serde_json::{Value, json};

/// Which runs may assume the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Github {
    owner: String,
    repository: String,
    /// The end of `sub`: a branch or an environment.
    runs: String,
}

impl Github {
    /// `place` is `OWNER/REPO`, or `OWNER@ID/REPO@ID` where the ids are known. Without branch and environment: `main`.
    ///
    /// # Errors
    /// Another form.
    pub(crate) fn of(place: &str, branch: Option<&str>, environment: Option<&str>) -> Result<Self, String> {
        let parts = place.split_once('/').filter(|(owner, repository)| is_name(owner) && is_name(repository));
        let Some((owner, repository)) = parts else {
            return Err(format!("--github {place} is no repository: write OWNER/REPO"));
        };
        let runs = match (branch, environment) {
            (_, Some(environment)) => format!("environment:{environment}"),
            (branch, None) => format!("ref:refs/heads/{}", branch.unwrap_or("main")),
        };
        Ok(Self { owner: owner.to_owned(), repository: repository.to_owned(), runs })
    }

    /// Both spellings of GitHub's `sub`: repositories that were made, renamed or moved since 2026-07-15 have their ids in it
    /// (`docs/aws.md` 18).
    fn subjects(&self) -> [String; 2] {
        let bare = |name: &str| name.split('@').next().unwrap_or(name).to_owned();
        let with_id = |name: &str| if name.contains('@') { name.to_owned() } else { format!("{name}@*") };
        let subject = |spell: &dyn Fn(&str) -> String| {
            format!("repo:{}/{}:{}", spell(&self.owner), spell(&self.repository), self.runs)
        };
        [subject(&bare), subject(&with_id)]
    }
}

/// A name of GitHub's, maybe with `@` and its id.
fn is_name(text: &str) -> bool {
    let (name, id) = text.split_once('@').unwrap_or((text, "1"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.chars().all(is_plain) && !id.is_empty() && id.chars().all(|c| c.is_ascii_digit())
}

/// Who may assume the deployer's role.
pub(crate) fn trust(scope: &Scope<'_>, github: &Github) -> Value {
    let issuer = "token.actions.githubusercontent.com";
    crate::policy::document(json!([{
        "Effect": "Allow",
        "Principal": { "Federated": scope.iam(&format!("oidc-provider/{issuer}")) },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": { (format!("{issuer}:aud")): "sts.amazonaws.com" },
            "StringLike": { (format!("{issuer}:sub")): github.subjects() },
        },
    }]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Github;

    #[test]
    fn both_spellings_of_a_run_are_trusted() {
        let subjects =
            |place, branch, environment| Github::of(place, branch, environment).unwrap().subjects();
        assert_eq!(
            subjects("me/art", None, None),
            ["repo:me/art:ref:refs/heads/main", "repo:me@*/art@*:ref:refs/heads/main"]
        );
        assert_eq!(subjects("me/art", Some("live"), None)[0], "repo:me/art:ref:refs/heads/live");
        assert_eq!(
            subjects("me@12/art@345", None, Some("prod")),
            ["repo:me/art:environment:prod", "repo:me@12/art@345:environment:prod"]
        );
    }

    #[test]
    fn what_is_no_repository_is_refused() {
        for place in ["art", "me/", "/art", "me/art/x", "me/*", "m*/art", "me@/art", "me@x/art"] {
            assert!(Github::of(place, None, None).is_err(), "{place}");
        }
    }
}
