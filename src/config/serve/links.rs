//! Checks of the settings by which people link their accounts.

use secrecy::SecretString;
use url::Url;

use crate::config::address;
use crate::config::identity::is_slack_id;
use crate::config::problem::Problem;
use crate::config::settings::{GithubSettings, IdentitySettings, Settings};

use super::{Problems, is_client_id, secret};

const ID: &str = "github.client_id";
const SECRET: &str = "github.client_secret";
const PUBLIC_URL: &str = "server.public_url";
const FIELD: &str = "identity.slack_profile_field";

/// What people need to link their accounts themselves.
#[derive(Debug, Clone)]
pub struct AccountLinks {
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where our pages are: https, or this machine.
    pub address: Url,
}

/// Rules that link accounts without their owners: off unless the operator switches them on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkRules {
    pub match_email: bool,
    pub profile_field: Option<String>,
}

/// Nothing set: off. Something set: everything that it needs is there, or is a problem.
pub(super) fn account_links(
    github: &GithubSettings,
    public_url: Option<&Url>,
    problems: &mut Problems,
) -> Option<AccountLinks> {
    let before = problems.all.len();
    let client_secret = secret::optional(SECRET, &github.client_secret, problems);
    let id = match (github.client_id.trim(), github.app_id.trim()) {
        ("", app_id) if is_client_id(app_id) => app_id,
        (id, _) => id,
    };
    let wanted = client_secret.is_some() || !github.client_id.trim().is_empty();
    if !wanted {
        return None;
    }
    if id.is_empty() {
        problems.missing(ID);
    } else {
        problems.unless(is_client_id(id), ID, "is not a client ID (Iv…)");
    }
    if client_secret.is_none() {
        problems.missing(SECRET);
    }
    let address = public_url.cloned();
    match &address {
        None => problems.wrong(PUBLIC_URL, "is missing, and people who link their accounts (github.client_id is set) are sent there"),
        Some(url) => problems.unless(
            address::api_address(url.as_str()).is_ok(),
            PUBLIC_URL,
            "must start with https:// (http only on loopback) for people to link their accounts there (github.client_id is set)",
        ),
    }
    if problems.all.len() > before {
        return None;
    }
    Some(AccountLinks { client_id: id.to_owned(), client_secret: client_secret?, address: address? })
}

pub(super) fn rules(identity: &IdentitySettings, problems: &mut Problems) -> LinkRules {
    let field = problems.optional_text(
        FIELD,
        &identity.slack_profile_field,
        |text| text.starts_with("Xf") && is_slack_id(&text.to_uppercase(), &['X']),
        "is not the ID of a profile field (Xf…)",
    );
    problems.unless(
        field.is_empty() || identity.match_email,
        FIELD,
        "needs identity.match_email = true as well: everybody writes their own profile, so the field alone proves nothing",
    );
    LinkRules { match_email: identity.match_email, profile_field: (!field.is_empty()).then_some(field) }
}

/// The host whose accounts are linked, as keys and links carry it, for a command that needs nothing else of the settings.
pub fn forge_host(settings: &Settings) -> Result<String, Problem> {
    let web = match settings.github.web_url.trim() {
        "" => address::api_address(&settings.github.api_url)
            .map(|api| address::web_address(&api))
            .map_err(|what| Problem::wrong("github.api_url", what)),
        text => address::web_page_address(text).map_err(|what| Problem::wrong("github.web_url", what)),
    };
    Ok(web?.host_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const LONG: &str = "a-secret-of-some-length";

    fn checked(id: &str, app_id: &str, secret: &str, public_url: &str) -> Result<Option<AccountLinks>, String> {
        let github = GithubSettings {
            api_url: String::new(),
            web_url: String::new(),
            app_id: app_id.to_owned(),
            private_key: SecretString::default(),
            private_key_file: String::new(),
            webhook_secret: Vec::new(),
            client_id: id.to_owned(),
            client_secret: SecretString::from(secret),
        };
        let mut problems = Problems::default();
        let links = account_links(&github, Url::parse(public_url).ok().as_ref(), &mut problems);
        let told: Vec<String> = problems.all.iter().map(ToString::to_string).collect();
        if told.is_empty() { Ok(links) } else { Err(told.join("\n")) }
    }

    #[test]
    fn nothing_set_is_off_and_everything_set_is_on() {
        assert!(checked("", "1190001", "", "").unwrap().is_none());
        assert!(checked("", "Iv23liAbCdEfGhIjKlMn", "", "").unwrap().is_none(), "the app's own id asks for nothing");
        let links = checked("Iv23liAbCdEfGhIjKlMn", "1190001", LONG, "https://c.acme.example").unwrap().unwrap();
        assert_eq!(links.client_id, "Iv23liAbCdEfGhIjKlMn");
        assert_eq!(links.client_secret.expose_secret(), LONG);
        let same = checked("", "Iv23liAbCdEfGhIjKlMn", LONG, "http://127.0.0.1:8080").unwrap().unwrap();
        assert_eq!(same.client_id, "Iv23liAbCdEfGhIjKlMn");
    }

    #[test]
    fn half_a_setting_says_what_is_missing_and_where_it_is() {
        for (id, secret, public_url, told) in [
            ("", LONG, "https://c.acme.example", "github.client_id is missing"),
            ("Iv23liAbCdEfGhIjKlMn", "", "https://c.acme.example", "github.client_secret is missing"),
            ("1190001", LONG, "https://c.acme.example", "not a client ID"),
            ("Iv23liAbCdEfGhIjKlMn", "short", "https://c.acme.example", "shorter than 16"),
            ("Iv23liAbCdEfGhIjKlMn", LONG, "", "server.public_url is missing"),
            ("Iv23liAbCdEfGhIjKlMn", LONG, "http://c.acme.example", "must start with https://"),
        ] {
            let problem = checked(id, "1190001", secret, public_url).unwrap_err();
            assert!(problem.contains(told) && !problem.contains(LONG), "{told}: {problem}");
        }
    }

    #[test]
    fn a_profile_field_alone_proves_nothing() {
        let checked = |match_email, field: &str| {
            let identity = IdentitySettings { file: String::new(), match_email, slack_profile_field: field.to_owned() };
            let mut problems = Problems::default();
            (rules(&identity, &mut problems), problems.all.len())
        };
        assert_eq!(checked(false, ""), (LinkRules::default(), 0));
        let both = LinkRules { match_email: true, profile_field: Some("Xf0GITHUB".to_owned()) };
        assert_eq!(checked(true, "Xf0GITHUB"), (both, 0));
        assert_eq!(checked(false, "Xf0GITHUB").1, 1);
        assert_eq!(checked(true, "GitHub").1, 1);
    }
}
