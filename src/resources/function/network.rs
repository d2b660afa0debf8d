//! Leaving a VPC: Lambda removes the function's network interfaces with the rights of its role, so they go first, then
//! the function, then the role.

use super::{Function, calls::settled, readiness::is_stuck};
use crate::{
    aws::{Patience, call, ignore_not_found},
    engine::Run,
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::types::VpcConfig;

impl Function {
    /// Empties the function's VPC configuration, and waits until Lambda is done with that.
    ///
    /// # Errors
    /// It takes longer than Lambda says that it may (20 minutes): function and role stay.
    pub(super) async fn leave_network(&self, run: &Run) -> Result<()> {
        let nowhere = VpcConfig::builder().set_subnet_ids(Some(Vec::new()));
        let nowhere = nowhere.set_security_group_ids(Some(Vec::new())).build();
        let request = self.aws.cloud.lambda.update_function_configuration();
        let request = request.function_name(&self.name).vpc_config(nowhere);
        run.note(format!(
            "taking {} out of its VPC: Lambda removes its network interfaces, which takes up to 20 minutes",
            self.name
        ));
        match call(run, "UpdateFunctionConfiguration", || request.clone().send()).await {
            // One that failed takes no change; it goes as it is.
            Err(e) if is_stuck(&e) => return Ok(()),
            Err(e) => return ignore_not_found::<()>(Err(e)),
            Ok(_) => {}
        }
        settled(&self.aws, &self.name, None, Patience::NETWORK, run).await.map(drop).context(
            "its network interfaces are still there, and Lambda needs the role to remove them, so function and role stay: run the same command again later",
        )
    }
}
