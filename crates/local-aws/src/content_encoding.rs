//! Bodies that came compressed: SDKs do so with large ones where AWS's model says that they may (PutMetricData).

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, header};
use std::io::Read;

/// The body as it is meant, at most `limit` bytes of it.
///
/// # Errors
/// It is not compressed as its header says, or longer.
pub(crate) fn decoded(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, String> {
    match headers.get(header::CONTENT_ENCODING).map(|encoding| encoding.as_bytes()) {
        Some(b"gzip") => {
            let mut plain = Vec::new();
            let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
            GzDecoder::new(&body[..]).take(most).read_to_end(&mut plain).map_err(|e| e.to_string())?;
            if plain.len() > limit {
                Err(format!("it is longer than {limit} bytes"))
            } else {
                Ok(plain.into())
            }
        }
        _ => Ok(body),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    #[test]
    fn gzip_is_undone_up_to_a_limit_and_what_is_none_is_refused() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&[b'a'; 5000]).unwrap();
        let packed: Bytes = encoder.finish().unwrap().into();
        let gzip = HeaderMap::from_iter([(header::CONTENT_ENCODING, "gzip".parse().unwrap())]);
        assert_eq!(decoded(&gzip, packed.clone(), 5000).unwrap().len(), 5000);
        assert!(decoded(&gzip, packed.clone(), 4999).is_err());
        assert!(decoded(&gzip, Bytes::from_static(b"abc"), 5000).is_err());
        assert_eq!(decoded(&HeaderMap::new(), packed.clone(), 5000).unwrap(), packed);
    }
}
