//! Where containers can reach this process.

use bollard::{Docker, models::IpamConfig};
use std::net::{IpAddr, Ipv4Addr};
use tokio::net::TcpListener;

/// The address on which Runtime APIs listen, and what containers call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub bind: IpAddr,
    pub host: String,
    /// `name:address` entries that the containers need for it.
    pub extra_hosts: Vec<String>,
}

impl Meeting {
    /// A native engine's bridge has its gateway on this machine: listen there, and nowhere else. Any other engine
    /// (Docker Desktop) runs in a machine of its own, and brings what is sent to `host.docker.internal` to our loopback.
    pub async fn of(docker: &Docker) -> Self {
        match gateway(docker).await {
            Some(gateway) if TcpListener::bind((gateway, 0)).await.is_ok() => {
                Self { bind: gateway, host: gateway.to_string(), extra_hosts: Vec::new() }
            }
            _ => Self {
                bind: Ipv4Addr::LOCALHOST.into(),
                host: "host.docker.internal".to_owned(),
                extra_hosts: vec!["host.docker.internal:host-gateway".to_owned()],
            },
        }
    }
}

async fn gateway(docker: &Docker) -> Option<IpAddr> {
    let network = docker.inspect_network("bridge", None).await.ok()?;
    network.ipam?.config?.iter().find_map(gateway_of)
}

/// Older engines do not name the default bridge's gateway: it is the subnet's first address.
fn gateway_of(config: &IpamConfig) -> Option<IpAddr> {
    if let Some(gateway) = &config.gateway {
        return gateway.parse().ok();
    }
    let (network, _) = config.subnet.as_ref()?.split_once('/')?;
    let network: Ipv4Addr = network.parse().ok()?;
    Some(Ipv4Addr::from_bits(network.to_bits() + 1).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(subnet: &str, gateway: Option<&str>) -> IpamConfig {
        IpamConfig {
            subnet: Some(subnet.to_owned()),
            gateway: gateway.map(str::to_owned),
            ..IpamConfig::default()
        }
    }

    #[test]
    fn the_gateway_is_what_the_engine_says() {
        let named = config("172.17.0.0/16", Some("172.17.42.1"));
        assert_eq!(gateway_of(&named), Some("172.17.42.1".parse().unwrap()));
    }

    #[test]
    fn an_unnamed_gateway_is_the_first_address_of_the_subnet() {
        assert_eq!(gateway_of(&config("172.17.0.0/16", None)), Some("172.17.0.1".parse().unwrap()));
        assert_eq!(gateway_of(&config("fd00::/64", None)), None);
    }
}
