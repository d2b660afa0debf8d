//! What CloudWatch's metrics of an API are made of: every call of a stage that there is, however it was answered.

use super::{data_plane::Gateway, exchange::Exchange, routing::Route, site::Site};
use crate::apigateway::{call_log::CallRecord, state::MethodSetting};

pub(crate) fn record(gateway: &Gateway, exchange: &Exchange, status: u16) {
    let Some(site) = &exchange.site else { return };
    let took = gateway.shared.clock.now().duration_since(exchange.received);
    let record = CallRecord {
        at: exchange.received,
        api_name: site.api_name.clone(),
        stage: site.stage.clone(),
        detailed: exchange.route.as_ref().filter(|route| is_detailed(site, route)).map(method_and_resource),
        status,
        latency: took.unsigned_abs(),
        integration_latency: exchange.integration_latency,
    };
    gateway.shared.world().region(&site.account, &site.region).apigateway.calls.add(record);
}

fn method_and_resource(route: &Route) -> (String, String) {
    (route.method.http_method.clone(), route.resource_path.clone())
}

/// Whether the stage has metrics of the method by itself: its own setting goes before that of all methods.
fn is_detailed(site: &Site, route: &Route) -> bool {
    let own = format!("{}/{}", route.resource_path.replace('/', "~1"), route.method.http_method);
    let setting = site.settings.get(&own).or_else(|| site.settings.get("*/*"));
    setting.is_some_and(MethodSetting::has_metrics)
}
