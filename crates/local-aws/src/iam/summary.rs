//! GetAccountSummary: what there is in an account, and how much there may be.

use crate::{
    call::{Call, Reply, entries},
    error::AwsError,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// AWS's quotas of a new account (IAM User Guide, "IAM and AWS STS quotas").
const QUOTAS: [(&str, usize); 17] = [
    ("UsersQuota", 5000),
    ("GroupsQuota", 300),
    ("ServerCertificatesQuota", 20),
    ("UserPolicySizeQuota", 2048),
    ("GroupPolicySizeQuota", 5120),
    ("GroupsPerUserQuota", 10),
    ("SigningCertificatesPerUserQuota", 2),
    ("AccessKeysPerUserQuota", 2),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("AttachedPoliciesPerUserQuota", 10),
    ("PoliciesQuota", 1500),
    ("PolicySizeQuota", 6144),
    ("PolicyVersionsInUseQuota", 10_000),
    ("VersionsPerPolicyQuota", 5),
    ("AssumeRolePolicySizeQuota", 2048),
    ("RolesQuota", 1000),
];
const MORE_QUOTAS: [(&str, usize); 3] =
    [("InstanceProfilesQuota", 1000), ("RolePolicySizeQuota", 10_240), ("GlobalEndpointTokenVersion", 1)];

pub(crate) fn get(call: &mut Call<'_>, _: Value) -> Result<Reply, AwsError> {
    let account = call.account_mut();
    let (iam, settings) = (&account.iam, &account.settings);
    let counts = [
        ("Users", iam.users.len()),
        ("Groups", 0),
        ("Roles", iam.roles.len()),
        ("Policies", iam.policies.len()),
        ("PolicyVersionsInUse", iam.policies.len()),
        ("InstanceProfiles", iam.instance_profiles.len()),
        ("Providers", 0),
        ("ServerCertificates", 0),
        ("MFADevices", settings.root_mfa.into()),
        ("MFADevicesInUse", settings.root_mfa.into()),
        ("AccountMFAEnabled", settings.root_mfa.into()),
        ("AccountAccessKeysPresent", settings.root_access_keys.into()),
        ("AccountPasswordPresent", 1),
        ("AccountSigningCertificatesPresent", 0),
    ];
    let all = counts.into_iter().chain(QUOTAS).chain(MORE_QUOTAS);
    let summary: BTreeMap<String, usize> = all.map(|(name, number)| (name.to_owned(), number)).collect();
    Ok(Reply::ok(json!({ "SummaryMap": entries(&summary) })))
}
