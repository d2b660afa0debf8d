//! Whose certificates are believed.

use super::Why;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};

/// This machine's own CAs, and those of `bundle` (a PEM file) beside them.
///
/// # Errors
/// A bundle that can't be read or holds none; a machine without any.
pub(super) fn config(bundle: Option<&Path>) -> Result<Arc<ClientConfig>, Why> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = bundle {
        add(&mut roots, file).map_err(|e| Why::Bundle(format!("the CA bundle {}: {e}", file.display())))?;
    }
    if roots.is_empty() {
        return Err(Why::Bundle(
            "this machine has no CA certificates: install ca-certificates, or name some by AWS_CA_BUNDLE"
                .into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|e| Why::Tls(e.to_string()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let mut count = 0;
    for certificate in CertificateDer::pem_file_iter(file).map_err(|e| e.to_string())? {
        roots.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        count += 1;
    }
    if count == 0 { Err("it holds no certificate in PEM form".to_owned()) } else { Ok(()) }
}
