//! AWS's reason codes for what became of a function, each with what a person can do.

/// What helps where Lambda gives this code (`StateReasonCode`, `LastUpdateStatusReasonCode` of its model); `None` for a
/// code that is not known here.
pub(super) fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "Idle" => "it was not called for weeks; the first call wakes it",
        "Creating" => "Lambda is still working on it; run the same command again",
        "Restoring" => "a call has woken it; it takes calls again within minutes",
        "EniLimitExceeded" => {
            "the account has too many network interfaces: remove some, or ask AWS to raise the quota"
        }
        "InsufficientRolePermissions" => {
            "the execution role lacks a right that its settings need (a VPC, tracing)"
        }
        "InvalidConfiguration" => "two of its settings do not go together; AWS's sentence names them",
        "InternalError" => "the fault is AWS's: run the same command again",
        "SubnetOutOfIPAddresses" => {
            "a subnet of `vpc:` has no free addresses: name a larger one, or add another"
        }
        "InvalidSubnet" => "a subnet of `vpc:` is not there, or is in another VPC than the rest",
        "InvalidSecurityGroup" => {
            "a security group of `vpc:` is not there, or is in another VPC than the subnets"
        }
        "ImageDeleted" => "its image is gone from ECR: `lambdeploy up` builds and pushes it again",
        "ImageAccessDenied" => {
            "Lambda may not pull its image: the repository's policy has to allow lambda.amazonaws.com"
        }
        "InvalidImage" => "Lambda can't run the image; `lambdeploy up --rebuild` makes another one",
        "KMSKeyAccessDenied" => {
            "Lambda may not use the key of its variables: the key's policy has to let the execution role decrypt"
        }
        "KMSKeyNotFound" => "the key of its variables is not there any more: give the function another one",
        "InvalidStateKMSKey" | "DisabledKMSKey" => {
            "the key of its variables is disabled or about to be deleted: enable it in KMS"
        }
        "EFSIOError" | "EFSMountConnectivityError" | "EFSMountFailure" | "EFSMountTimeout" => {
            "its file system can't be mounted: look at its mount targets and security groups"
        }
        "InvalidRuntime" => "Lambda does not run this runtime any more",
        "InvalidZipFileException" => "its Zip file can't be unpacked",
        "FunctionError" => "its code failed while Lambda started it: `lambdeploy logs` shows why",
        "FunctionError.InitTimeout" => {
            "its code takes longer to start than Lambda waits: do less before the handler, or give it more `memory:`"
        }
        "FunctionError.RuntimeInitError" => {
            "its runtime failed while it started: `lambdeploy logs` shows why"
        }
        "FunctionError.ExtensionInitError" => {
            "an extension in the image failed while it started: `lambdeploy logs` shows why"
        }
        "FunctionError.InvalidEntryPoint" => {
            "the image has no such program: look at ENTRYPOINT and CMD, or at `entrypoint:` and `command:`"
        }
        "FunctionError.InvalidWorkingDirectory" => {
            "the image has no such folder: look at WORKDIR, or at `working_directory:`"
        }
        "FunctionError.PermissionDenied" => {
            "the image's program may not be executed: set its x bit (chmod +x), for everybody"
        }
        "FunctionError.TooManyExtensions" => "the image has more extensions than Lambda starts (10)",
        "FunctionError.InitResourceExhausted" => {
            "it ran out of memory while it started: give it more `memory:`"
        }
        "ServiceQuotaExceededException" | "VcpuLimitExceeded" | "CapacityProviderScalingLimitExceeded" => {
            "a quota of the account is used up: ask AWS to raise it"
        }
        "InsufficientCapacity" | "EC2RequestLimitExceeded" => {
            "AWS has no room for it just now: run the same command again"
        }
        "DisallowedByVpcEncryptionControl" => "its VPC demands encryption that its settings do not give",
        "DrainingDurableExecutions" => "its running executions end first",
        "IncompatibleAcceleratorInstanceTypes" => {
            "no instance type of its capacity provider has that accelerator"
        }
        "DependencyError" => "another service that it needs failed: run the same command again",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::advice;
    use aws_sdk_lambda::types::{LastUpdateStatusReasonCode, StateReasonCode};

    #[test]
    fn every_code_of_the_model_has_its_sentence() {
        let codes = StateReasonCode::values().iter().chain(LastUpdateStatusReasonCode::values());
        let without: Vec<_> = codes.filter(|code| advice(code).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
        assert_eq!(advice("SomethingNew"), None);
    }
}
