//! Custom domains that lead to a REST API: AWS deletes no API that has one.

use crate::{
    aws::{Class, StackAws, call, is_class, pages},
    engine::{Id, Run},
};
use anyhow::Result;
use aws_sdk_apigateway::types::{BasePathMapping, DomainName};
use futures_util::future::try_join_all;

/// A custom domain, or a path of one, and the API that it leads to.
pub(super) struct Mapping {
    /// `api.example.com/v1`
    pub from: String,
    /// The REST API's id.
    pub api: String,
}

/// What custom domains of the region lead to. Empty too where the caller may not look.
///
/// # Errors
/// As the calls.
pub(super) async fn mappings(aws: &StackAws) -> Result<Vec<Mapping>> {
    let run = aws.cloud.looking_at(&Id::only("rest-api"));
    let domains = match domains(aws, &run).await {
        Err(e) if is_class(&e, Class::Denied) => return Ok(Vec::new()),
        domains => domains?,
    };
    let names = domains.into_iter().filter_map(|domain| domain.domain_name);
    let all = try_join_all(names.map(|name| of_domain(aws, name, &run))).await?;
    let mapping = |(name, mapping): (String, BasePathMapping)| Mapping {
        from: match mapping.base_path() {
            None | Some("(none)") => name,
            Some(path) => format!("{name}/{path}"),
        },
        api: mapping.rest_api_id.unwrap_or_default(),
    };
    Ok(all.into_iter().flatten().map(mapping).collect())
}

async fn domains(aws: &StackAws, run: &Run) -> Result<Vec<DomainName>> {
    pages(async |position| {
        let request = aws.cloud.apigateway.get_domain_names().limit(500).set_position(position);
        let page = call(run, "GetDomainNames", || request.clone().send()).await?;
        Ok((page.items.unwrap_or_default(), page.position))
    })
    .await
}

async fn of_domain(aws: &StackAws, name: String, run: &Run) -> Result<Vec<(String, BasePathMapping)>> {
    let all = pages(async |position| {
        let request = aws.cloud.apigateway.get_base_path_mappings().domain_name(&name);
        let request = request.limit(500).set_position(position);
        let page = call(run, "GetBasePathMappings", || request.clone().send()).await?;
        Ok((page.items.unwrap_or_default(), page.position))
    });
    Ok(all.await?.into_iter().map(|mapping| (name.clone(), mapping)).collect())
}
