//! Hashes that tie a form to a browser and a sign-in to a verifier.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::domain::{Digest, ForgeUserId};

/// Length of a secret as [`crate::ports::IdSource::secret`] makes it.
const SECRET_CHARS: usize = 43;

/// What a form carries: known to whoever has the browser's cookie only, good for this step of this attempt only, and on
/// the last one for the account that was named.
pub(super) fn of_form(step: &str, cookie: &str, attempt: &Digest, account: Option<ForgeUserId>) -> String {
    let whole = Digest::of_json(&(step, cookie, attempt, account));
    URL_SAFE_NO_PAD.encode(whole.as_bytes())
}

/// The challenge of a verifier (RFC 7636, S256).
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).as_bytes())
}

/// Compares without telling by the time it takes where the first difference is.
pub(super) fn same(given: &str, wanted: &str) -> bool {
    given.as_bytes().ct_eq(wanted.as_bytes()).into()
}

/// A secret of ours, or something that cannot be one.
pub(super) fn is_secret(text: &str) -> bool {
    let of_secret = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == SECRET_CHARS && text.bytes().all(of_secret)
}

/// The hash under which a secret is stored.
pub(super) fn hash(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_published_one() {
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_forms_proof_is_of_one_step_browser_attempt_and_account() {
        let attempt = Digest::of(b"a");
        let account = Some(ForgeUserId::new(1));
        let proof = of_form("confirm", "cookie", &attempt, account);
        assert!(same(&proof, &of_form("confirm", "cookie", &attempt, account)));
        for other in [
            of_form("go", "cookie", &attempt, account),
            of_form("confirm", "other", &attempt, account),
            of_form("confirm", "cookie", &Digest::of(b"b"), account),
            of_form("confirm", "cookie", &attempt, Some(ForgeUserId::new(2))),
            of_form("confirm", "cookie", &attempt, None),
            String::new(),
        ] {
            assert!(!same(&other, &proof));
        }
    }

    #[test]
    fn only_what_looks_like_a_secret_is_looked_up() {
        assert!(is_secret(&crate::ports::IdSource::System.secret()));
        assert!(is_secret(&crate::ports::IdSource::counted(1).secret()));
        for bad in ["", "a", &"a".repeat(44), &"ä".repeat(21), &format!("{}=", "a".repeat(42))] {
            assert!(!is_secret(bad), "{bad}");
        }
    }
}
