//! Which version runs an invocation.

use super::{admission::Limits, pool::Pool};
use crate::{
    error::AwsError,
    lambda::{
        dependencies,
        errors::not_found,
        function::{Function, LATEST},
        invocation::Callee,
        sandbox::Sandbox,
    },
    world::World,
};
use jiff::Timestamp;
use std::sync::Arc;

/// What runs an invocation.
pub(crate) struct Target {
    /// Of the version that the caller, or the alias, means.
    pub sandbox: Arc<Sandbox>,
    pub limits: Limits,
}

/// Finds it. An alias sends each call to one of its versions by chance.
///
/// # Errors
/// The function, version or alias is not there, or takes no calls now.
pub(crate) fn look_up(pool: &Arc<Pool>, callee: &Callee) -> Result<Target, AwsError> {
    let (now, delays) = (pool.shared.clock.now(), pool.shared.config.delays());
    let mut world = pool.shared.world();
    let version = version(&mut world, callee, now, pool.chance())?;
    let failure = dependencies::image_is_gone(&mut world, callee, &version);
    dependencies::ensure_decryptable(&mut world, callee, &version)?;
    let functions = &mut world.region(&callee.account, &callee.region).lambda.functions;
    let function = functions.get_mut(&callee.function).ok_or_else(|| missing(callee))?;
    let limits = Limits {
        reserved: function.reserved_concurrency,
        provisioned: function.attached.provisioned_in_all(),
    };
    let function = function.version_mut(&version).ok_or_else(|| missing(callee))?;
    function.ensure_awake(now, &delays, failure)?;
    Ok(Target { sandbox: function.sandbox(now), limits })
}

fn version(world: &mut World, callee: &Callee, now: Timestamp, chance: f64) -> Result<String, AwsError> {
    let functions = &world.region(&callee.account, &callee.region).lambda.functions;
    let function: &Function = functions.get(&callee.function).ok_or_else(|| missing(callee))?;
    let named = callee.qualifier.as_deref().unwrap_or(LATEST);
    let alias = function.attached.aliases.get(named);
    Ok(alias.map_or(named, |alias| alias.serving(now).pick(chance)).to_owned())
}

/// A call without a qualifier is one of `$LATEST`.
fn missing(callee: &Callee) -> AwsError {
    let qualifier = callee.qualifier.clone().or_else(|| Some(LATEST.to_owned()));
    not_found(format!("Function not found: {}", Callee { qualifier, ..callee.clone() }.arn()))
}
