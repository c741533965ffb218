//! Request paths: every piece that comes from outside is percent-encoded.

use std::fmt::Write as _;

use crate::domain::Repository;

/// `/repos/{owner}/{name}` followed by `rest`, which is encoded already.
pub fn repository_path(repository: &Repository, rest: &str) -> String {
    format!("/repos/{}/{}{rest}", encoded(&repository.owner), encoded(&repository.name))
}

/// One path segment or query value: all but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
pub fn encoded(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// Whether GitHub could have given that name to an owner or a repository: safe in a path as it stands.
pub fn is_plain_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (1..=100).contains(&text.len()) && text.bytes().all(plain) && text != "." && text != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_can_change_the_path() {
        assert_eq!(encoded("prod/eu west?#%ü"), "prod%2Feu%20west%3F%23%25%C3%BC");
        assert!(is_plain_name("fraud-scorer.v2"));
        for bad in ["", ".", "..", "a/b", "a b", "a%2fb", &"x".repeat(101)] {
            assert!(!is_plain_name(bad), "{bad}");
        }
    }
}
