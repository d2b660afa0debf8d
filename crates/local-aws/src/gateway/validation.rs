//! Request validators: whether a call has the parameters that its method demands.

use super::{exchange::Exchange, mapping, refusal::GatewayRefusal};

/// Checks a call whose method has a validator.
///
/// # Errors
/// 400 with the names of what is missing; 500 where the validator wants what is not emulated.
pub(crate) fn check(exchange: &Exchange) -> Result<(), GatewayRefusal> {
    let method = &exchange.route()?.method;
    let Some(id) = &method.request_validator_id else { return Ok(()) };
    let validator = exchange.site()?.snapshot.request_validators.get(id);
    let validator = validator
        .ok_or_else(|| GatewayRefusal::configuration(format!("there is no request validator {id}")))?;
    if validator.validate_request_parameters {
        check_parameters(exchange)?;
    }
    let has_model = method.request_models.get(&exchange.request.content_type()).is_some_and(|m| m != "Empty");
    if validator.validate_request_body && has_model {
        return Err(GatewayRefusal::configuration(
            "validation of bodies is not implemented by the local AWS",
        ));
    }
    Ok(())
}

fn check_parameters(exchange: &Exchange) -> Result<(), GatewayRefusal> {
    let context = exchange.context();
    let mut missing = Vec::new();
    for (expression, required) in &exchange.route()?.method.request_parameters {
        let value = mapping::value(expression, exchange, &context).map_err(GatewayRefusal::configuration)?;
        if *required && value.is_none_or(|v| v.is_empty()) {
            missing.push(expression.rsplit('.').next().unwrap_or_default());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!("Missing required request parameters: [{}]", missing.join(", "));
    Err(GatewayRefusal::new(super::refusal::RefusalKind::BadRequestParameters, &text, &text))
}
