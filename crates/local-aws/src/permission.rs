//! One permission that a call needs: what the services name and the authorization checks.

use crate::policy;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permission {
    /// `lambda:CreateFunction`
    pub action: String,
    pub resource: String,
    /// The resource as the refusal names it: IAM says `role runner` where it already knows the role.
    pub shown: Option<String>,
    /// Condition keys of this action alone, such as `iam:PassedToService`.
    pub context: policy::Context,
}

impl Permission {
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            shown: None,
            context: policy::Context::new(),
        }
    }

    pub(crate) fn shown_as(self, shown: String) -> Self {
        Self { shown: Some(shown), ..self }
    }

    /// A condition key with its value.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.context.entry(key.to_ascii_lowercase()).or_default().push(value.to_owned());
        self
    }
}
