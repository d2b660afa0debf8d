//! The network of this local AWS's containers, and where they reach this process.

use super::orphans::labels;
use bollard::{
    Docker,
    errors::Error,
    models::{EndpointIpamConfig, EndpointSettings, IpamConfig, NetworkCreateRequest, NetworkingConfig},
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
};
use tokio::net::TcpListener;

/// As on Lambda, containers do not see one another.
const APART: (&str, &str) = ("com.docker.network.bridge.enable_icc", "false");
const MTU: &str = "com.docker.network.driver.mtu";
/// Where clouds tell a machine's own credentials to whoever asks. As an address of the container's own, with all of
/// 169.254/16 on its side of the bridge, it leads nowhere.
const METADATA: &str = "169.254.169.254";

/// A network of containers, and the address on which their Runtime APIs listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub name: String,
    pub bind: IpAddr,
    /// What the containers call it.
    pub host: String,
    /// `name:address` entries that the containers need for it.
    pub extra_hosts: Vec<String>,
}

impl Network {
    /// A native engine's bridge has its gateway on this machine: listen there, and nowhere else. Any other engine
    /// (Docker Desktop) runs in a machine of its own, and brings what is sent to `host.docker.internal` to our loopback.
    ///
    /// # Errors
    /// The engine makes no network.
    pub(crate) async fn make(docker: &Docker, owner: &str) -> anyhow::Result<Self> {
        let name = format!("lambdeploy-{owner}");
        create(docker, &name, owner).await?;
        Ok(match gateway(docker, &name).await {
            Some(gateway) if TcpListener::bind((gateway, 0)).await.is_ok() => {
                Self { name, bind: gateway, host: gateway.to_string(), extra_hosts: Vec::new() }
            }
            _ => Self {
                name,
                bind: Ipv4Addr::LOCALHOST.into(),
                host: "host.docker.internal".to_owned(),
                extra_hosts: vec!["host.docker.internal:host-gateway".to_owned()],
            },
        })
    }

    /// How a container is connected.
    pub(crate) fn connection(&self) -> NetworkingConfig {
        let ipam = EndpointIpamConfig {
            link_local_ips: Some(vec![METADATA.to_owned()]),
            ..EndpointIpamConfig::default()
        };
        let endpoint = EndpointSettings { ipam_config: Some(ipam), ..EndpointSettings::default() };
        NetworkingConfig { endpoints_config: Some(HashMap::from([(self.name.clone(), endpoint)])) }
    }

    /// Where a container's calls come from; none where it has ended already.
    pub(crate) async fn address_of(&self, docker: &Docker, container: &str) -> Option<IpAddr> {
        if self.bind.is_loopback() {
            return Some(self.bind);
        }
        let inspected = docker.inspect_container(container, None).await.ok()?;
        let networks = inspected.network_settings?.networks?;
        networks.get(&self.name)?.ip_address.as_ref()?.parse().ok()
    }
}

async fn create(docker: &Docker, name: &str, owner: &str) -> Result<(), Error> {
    let mut options = HashMap::from([(APART.0.to_owned(), APART.1.to_owned())]);
    // Networks that people make do not inherit the MTU with which this engine's machine reaches the world.
    options.extend(mtu(docker).await.map(|mtu| (MTU.to_owned(), mtu)));
    let request = NetworkCreateRequest {
        name: name.to_owned(),
        driver: Some("bridge".to_owned()),
        options: Some(options),
        labels: Some(labels(owner)),
        ..NetworkCreateRequest::default()
    };
    match docker.create_network(request.clone()).await {
        // Podman knows none of these options.
        Err(Error::DockerResponseServerError { message, .. }) if message.contains("option") => {
            docker.create_network(NetworkCreateRequest { options: None, ..request }).await.map(drop)
        }
        other => other.map(drop),
    }
}

async fn mtu(docker: &Docker) -> Option<String> {
    docker.inspect_network("bridge", None).await.ok()?.options?.remove(MTU)
}

async fn gateway(docker: &Docker, name: &str) -> Option<IpAddr> {
    let network = docker.inspect_network(name, None).await.ok()?;
    network.ipam?.config?.iter().find_map(gateway_of)
}

/// Older engines do not name a bridge's gateway: it is the subnet's first address.
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
