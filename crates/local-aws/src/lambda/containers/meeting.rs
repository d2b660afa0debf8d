//! Where containers can reach this process.

use bollard::Docker;
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
    network.ipam?.config?.into_iter().find_map(|c| c.gateway?.parse().ok())
}
