//! Tokens at rest: sealed with XChaCha20-Poly1305, each bound to its place, so that a row cannot pose as another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::ports::IdSource;

const NONCE_BYTES: usize = 24;

/// Seals with the first key and opens with any: keys can be replaced.
pub struct Sealer {
    keys: Vec<XChaCha20Poly1305>,
    ids: IdSource,
}

/// Sealed with another key, for another place, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token in the database does not open: slack.token_key is not the key it was sealed with")]
pub struct Unopened;

impl Sealer {
    /// `None` without a key of the right length.
    pub fn new(keys: &[SecretSlice<u8>], ids: IdSource) -> Option<Self> {
        let keys: Result<Vec<_>, _> =
            keys.iter().map(|key| XChaCha20Poly1305::new_from_slice(key.expose_secret())).collect();
        let keys = keys.ok().filter(|keys| !keys.is_empty())?;
        Some(Self { keys, ids })
    }

    /// Seals `secret` for `place`. `None` only where there is no key.
    pub fn seal(&self, place: &str, secret: &SecretString) -> Option<String> {
        let mut nonce = [0; NONCE_BYTES];
        for (byte, random) in nonce.iter_mut().zip(self.ids.salt().into_iter().chain(self.ids.salt())) {
            *byte = random;
        }
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let sealed = self.keys.first()?.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, Unopened> {
        let bytes = STANDARD.decode(sealed).map_err(|_| Unopened)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened)?;
        let open = |key: &XChaCha20Poly1305| {
            key.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()
        };
        let opened = self.keys.iter().find_map(open).ok_or(Unopened)?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| Unopened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(keys: &[u8]) -> Sealer {
        let keys: Vec<SecretSlice<u8>> = keys.iter().map(|byte| vec![*byte; 32].into()).collect();
        Sealer::new(&keys, IdSource::System).unwrap()
    }

    fn token() -> SecretString {
        SecretString::from("xoxe.xoxb-canary")
    }

    #[test]
    fn a_token_opens_in_its_own_place_only() {
        let sealer = sealer(&[1]);
        let sealed = sealer.seal("installation.access T0ACME", &token()).unwrap();
        assert!(!sealed.contains("canary"));
        assert_eq!(
            sealer.open("installation.access T0ACME", &sealed).unwrap().expose_secret(),
            token().expose_secret()
        );
        assert!(sealer.open("installation.refresh T0ACME", &sealed).is_err());
        assert!(sealer.open("installation.access T9OTHER", &sealed).is_err());
    }

    #[test]
    fn a_changed_byte_and_another_key_open_nothing() {
        let sealed = sealer(&[1]).seal("place", &token()).unwrap();
        assert!(sealer(&[2]).open("place", &sealed).is_err());
        let bytes = STANDARD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(sealer(&[1]).open("place", &STANDARD.encode(changed)).is_err(), "byte {at}");
        }
        for bad in ["", "AAAA", "not base64"] {
            assert!(sealer(&[1]).open("place", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_key_in_front_seals_and_the_old_one_still_opens() {
        let old = sealer(&[1]).seal("place", &token()).unwrap();
        let both = sealer(&[2, 1]);
        assert!(both.open("place", &old).is_ok());
        let new = both.seal("place", &token()).unwrap();
        assert!(sealer(&[1]).open("place", &new).is_err() && sealer(&[2]).open("place", &new).is_ok());
        assert_ne!(new, both.seal("place", &token()).unwrap(), "never the same twice");
    }

    #[test]
    fn a_key_of_another_length_is_none() {
        assert!(Sealer::new(&[], IdSource::System).is_none());
        assert!(Sealer::new(&[vec![1; 31].into()], IdSource::System).is_none());
    }
}
