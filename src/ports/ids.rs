//! Fresh ids and randomness: from the system, or the same every time for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt as _;
use uuid::Uuid;

use crate::domain::{Digest, RequestId, Timestamp};

/// Where fresh ids, salts and jitter come from.
#[derive(Debug, Clone)]
pub enum IdSource {
    System,
    /// Counts up from a seed: the same seed gives the same ids.
    Counted(Arc<AtomicU64>),
}

impl IdSource {
    pub fn counted(seed: u64) -> Self {
        Self::Counted(Arc::new(AtomicU64::new(seed)))
    }

    /// A request id that sorts by `now`.
    pub fn request_id(&self, now: Timestamp) -> RequestId {
        RequestId::from_uuid(self.uuid(now))
    }

    /// A UUIDv7 whose time part is `now`.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// Sixteen random bytes, for salts.
    pub fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        salt[..10].copy_from_slice(&self.bytes());
        salt[6..].copy_from_slice(&self.bytes());
        salt
    }

    /// Nobody can guess it: 256 bits, as 43 letters, digits, `-` and `_`. For addresses, cookies and states.
    pub fn secret(&self) -> String {
        let bytes: [u8; 32] = match self {
            Self::System => rand::rng().random(),
            Self::Counted(_) => *Digest::of(&self.bytes()).as_bytes(),
        };
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A fraction from 0 to just under 1, for jitter.
    pub fn fraction(&self) -> f64 {
        let [a, b, ..] = self.bytes();
        f64::from(u16::from_be_bytes([a, b])) / 65_536.0
    }

    fn bytes(&self) -> [u8; 10] {
        match self {
            Self::System => rand::rng().random(),
            Self::Counted(next) => {
                let n = next.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                let mut bytes = [0; 10];
                bytes[2..].copy_from_slice(&n);
                bytes
            }
        }
    }
}
