//! The callback address of a waiting job: read for the run id, compared with what it must be, and never called (R4).

use crate::domain::RunId;

/// The run id in `callback`, if that is exactly the address GitHub gives to a run of `full_name` below `api_base`.
///
/// The raw text is compared with the address rebuilt from our own settings, so that no parser's opinion on user info,
/// ports, encodings or dots matters. Owner and name may differ in case.
pub fn run_of_callback(callback: &str, api_base: &str, full_name: &str) -> Option<RunId> {
    let rest = callback.strip_prefix(api_base)?.strip_prefix("/repos/")?;
    let (repository, rest) = rest.split_at_checked(full_name.len())?;
    let digits = rest.strip_prefix("/actions/runs/")?.strip_suffix("/deployment_protection_rule")?;
    let id: u64 = digits.parse().ok()?;
    let canonical = id > 0 && i64::try_from(id).is_ok() && id.to_string() == digits;
    (canonical && repository.eq_ignore_ascii_case(full_name)).then(|| RunId::new(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://api.github.com";

    #[test]
    fn the_right_address_gives_the_run() {
        let callback = "https://api.github.com/repos/Acme/scorer/actions/runs/77/deployment_protection_rule";
        assert_eq!(run_of_callback(callback, BASE, "acme/Scorer"), Some(RunId::new(77)));
        let ghes = "https://git.acme.example/api/v3/repos/acme/scorer/actions/runs/5/deployment_protection_rule";
        assert_eq!(run_of_callback(ghes, "https://git.acme.example/api/v3", "acme/scorer"), Some(RunId::new(5)));
        assert_eq!(run_of_callback(ghes, "https://git.acme.example", "acme/scorer"), None);
    }

    #[test]
    fn every_other_address_is_refused() {
        let refused = [
            "http://api.github.com/repos/acme/scorer/actions/runs/77/deployment_protection_rule",
            "https://api.github.com:8443/repos/acme/scorer/actions/runs/77/deployment_protection_rule",
            "https://api.github.com@evil.example/repos/acme/scorer/actions/runs/77/deployment_protection_rule",
            "https://api.github.com.evil.example/repos/acme/scorer/actions/runs/77/deployment_protection_rule",
            "https://api.github.com/repos/acme/other/actions/runs/77/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/77/../78/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/%37%37/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/+77/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/077/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/0/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/9223372036854775808/deployment_protection_rule",
            "https://api.github.com/repos/acme/scorer/actions/runs/77/deployment_protection_rule?x=1",
            "https://api.github.com/repos/acme/scorer/actions/runs/77/deployment_protection_rule\r\nHost: evil.example",
            "",
        ];
        for callback in refused {
            assert_eq!(run_of_callback(callback, BASE, "acme/scorer"), None, "{callback}");
        }
    }
}
