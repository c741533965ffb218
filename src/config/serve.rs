//! What the server needs, checked: every missing or wrong setting is one problem, all told at once.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use url::Url;

use crate::domain::calendar::Daily;
use crate::domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::domain::{Coverage, EnvironmentName};

use super::address;
use super::identity::{IdentityFile, is_slack_id};
use super::problem::Problem;
use super::settings::{
    EngineSettings, GithubSettings, LogSettings, PolicySettings, PreviewConclusion, PreviewSettings, ServerSettings,
    Settings, ShowOn, SlackSettings,
};

mod checks;
mod consent;
mod links;
mod secret;
mod workspaces;

pub use links::{AccountLinks, LinkRules, forge_host};

/// Settings a server can start with: everything is there and usable.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    pub listen: SocketAddr,
    /// Where people and vendors reach us, if the operator says.
    pub public_url: Option<Url>,
    pub limits: ServerLimits,
    /// Opens the audit list over HTTP, if set.
    pub api_token: Option<SecretString>,
    pub database_url: SecretString,
    pub github: GithubAccess,
    pub slack: SlackAccess,
    pub policy: PolicySettings,
    pub http_checks: HttpCheckAccess,
    pub preview: PreviewOptions,
    pub people: IdentityFile,
    /// Without it people cannot link their accounts themselves.
    pub account_links: Option<AccountLinks>,
    pub link_rules: LinkRules,
    pub engine: EngineSettings,
    pub log: LogSettings,
}

/// Which services may be asked, and how they and we recognise each other.
#[derive(Debug, Clone, Default)]
pub struct HttpCheckAccess {
    /// Host and port.
    pub hosts: Vec<(String, u16)>,
    /// The bytes of the secrets, the newest first. Not empty where there are hosts.
    pub secrets: Vec<SecretSlice<u8>>,
    pub allow_private: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    pub max_github_body_bytes: usize,
    pub max_slack_body_bytes: usize,
    pub body_timeout: Duration,
    pub max_connections: usize,
}

/// How to reach GitHub and recognise its deliveries. Addresses have no slash at their end, apart from a bare host's.
#[derive(Debug, Clone)]
pub struct GithubAccess {
    pub api_url: Url,
    pub web_url: Url,
    /// App ID or client ID: either is accepted as the issuer of the app's tokens.
    pub app_id: String,
    /// PEM, tried out.
    pub private_key: SecretString,
    /// At least one.
    pub webhook_secrets: Vec<SecretString>,
}

/// How to reach Slack and recognise its deliveries.
#[derive(Debug, Clone)]
pub struct SlackAccess {
    pub api_url: Url,
    /// Empty where there is [`Self::oauth`].
    pub bot_token: SecretString,
    /// The app is installed by consent.
    pub oauth: Option<OAuthAccess>,
    /// At least one where requests come in over HTTP.
    pub signing_secrets: Vec<SecretString>,
    pub takes_http: bool,
    /// Requests come in over connections that we open.
    pub socket: Option<SocketAccess>,
    /// Empty: not checked.
    pub app_id: String,
    /// One at least.
    pub workspaces: Vec<WorkspaceAccess>,
    /// Into one channel.
    pub messages_per_second: f64,
    pub allow_shared_channels: bool,
    /// When digests of the day are sent, if they are.
    pub digest: Option<Daily>,
}

/// One workspace of the app's, or an organisation with all of its workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceAccess {
    /// Empty: the workspace of the bot token.
    pub team_id: String,
    /// In an organisation: its workspace whose user groups and channel names are meant.
    pub home: Option<String>,
    /// For requests whose policy names no channel.
    pub channel: String,
    pub coverage: Coverage,
    /// Users of it who may call freezes for all of its requests, by their ids.
    pub freezers: Vec<String>,
}

/// How the app is installed by consent.
#[derive(Debug, Clone)]
pub struct OAuthAccess {
    pub client_id: String,
    pub client_secret: SecretString,
    /// What tokens are sealed with: 32 bytes each, the newest first.
    pub token_keys: Vec<SecretSlice<u8>>,
    /// Where Slack sends people back to us.
    pub public_url: Url,
}

/// How connections to Slack are opened.
#[derive(Debug, Clone)]
pub struct SocketAccess {
    pub app_token: SecretString,
    /// From one to ten.
    pub sockets: usize,
}

/// How pull requests are shown what the gate will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewOptions {
    pub enabled: bool,
    pub show_on: ShowOn,
    pub environment: EnvironmentName,
    pub give_up_after_ms: i64,
    pub conclusion: PreviewConclusion,
    pub comment: bool,
}

/// Checks everything a server needs; reads the private key's and the identity file.
pub fn validate_for_serve(settings: &Settings) -> Result<ServeSettings, Vec<Problem>> {
    let mut problems = Problems::default();
    let github = github(&settings.github, &mut problems);
    let slack = slack(settings, &mut problems);
    let public_url = public_url(&settings.server, &mut problems);
    let checked = ServeSettings {
        listen: listen(&settings.server, &mut problems),
        account_links: links::account_links(&settings.github, public_url.as_ref(), &mut problems),
        public_url,
        limits: limits(&settings.server, &mut problems),
        api_token: secret::optional("server.api_token", &settings.server.api_token, &mut problems),
        database_url: database_url(&settings.database.url, &mut problems),
        github,
        slack,
        policy: policy(&settings.policy, &mut problems),
        http_checks: checks::http(&settings.http_checks, &mut problems),
        preview: preview(&settings.preview, &mut problems),
        people: people(&settings.identity.file, &mut problems),
        link_rules: links::rules(&settings.identity, &mut problems),
        engine: engine(&settings.engine, &mut problems),
        log: settings.log.clone(),
    };
    secret::refuse_shared(&checked, &mut problems);
    if problems.all.is_empty() { Ok(checked) } else { Err(problems.all) }
}

/// Collects problems. A checked value that is wrong leaves a problem and a stand-in, which nobody gets to see.
#[derive(Default)]
struct Problems {
    all: Vec<Problem>,
}

impl Problems {
    fn wrong(&mut self, key: &str, what: &str) {
        self.all.push(Problem::wrong(key, what));
    }

    fn missing(&mut self, key: &str) {
        self.all.push(Problem::missing(key));
    }

    fn unless(&mut self, good: bool, key: &str, what: &str) {
        if !good {
            self.wrong(key, what);
        }
    }

    /// A setting that another one does away with.
    fn alone(&mut self, is_alone: bool, key: &str, why: &str) {
        if !is_alone {
            self.all.push(Problem::new(key, format!("is set beside {why}: take it out")));
        }
    }

    /// A text that must be there and look right.
    fn text(&mut self, key: &str, value: &str, looks_right: impl Fn(&str) -> bool, what: &str) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.missing(key);
        } else {
            self.unless(looks_right(value), key, what);
        }
        value.to_owned()
    }

    /// A text that may be empty, and must look right otherwise.
    fn optional_text(&mut self, key: &str, value: &str, looks_right: impl Fn(&str) -> bool, what: &str) -> String {
        let value = value.trim();
        self.unless(value.is_empty() || looks_right(value), key, what);
        value.to_owned()
    }

    fn api_address(&mut self, key: &str, value: &str) -> Url {
        address::api_address(value).unwrap_or_else(|what| {
            self.wrong(key, what);
            stand_in()
        })
    }
}

fn stand_in() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://invalid.example").expect("a web address")
}

fn listen(server: &ServerSettings, problems: &mut Problems) -> SocketAddr {
    server.listen.trim().parse().unwrap_or_else(|_| {
        problems.wrong("server.listen", "is not an address and port, as in 127.0.0.1:8080 or [::]:8080");
        SocketAddr::from(([127, 0, 0, 1], 0))
    })
}

fn public_url(server: &ServerSettings, problems: &mut Problems) -> Option<Url> {
    let text = server.public_url.trim();
    if text.is_empty() {
        return None;
    }
    address::web_page_address(text).map_err(|what| problems.wrong("server.public_url", what)).ok()
}

fn limits(server: &ServerSettings, problems: &mut Problems) -> ServerLimits {
    const LARGEST: usize = 64 * 1024 * 1024;
    for (key, bytes) in [
        ("server.max_github_body_bytes", server.max_github_body_bytes),
        ("server.max_slack_body_bytes", server.max_slack_body_bytes),
    ] {
        problems.unless((1024..=LARGEST).contains(&bytes), key, "must be from 1024 to 67108864 bytes");
    }
    problems.unless(
        (1..=100_000).contains(&server.max_connections),
        "server.max_connections",
        "must be from 1 to 100000",
    );
    ServerLimits {
        max_github_body_bytes: server.max_github_body_bytes,
        max_slack_body_bytes: server.max_slack_body_bytes,
        body_timeout: server.body_timeout.as_duration(),
        max_connections: server.max_connections,
    }
}

fn database_url(url: &SecretString, problems: &mut Problems) -> SecretString {
    let text = url.expose_secret().trim();
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if text.is_empty() {
        problems.missing("database.url");
    } else {
        problems.unless(known, "database.url", "starts with neither sqlite: nor postgres://");
    }
    SecretString::from(text)
}

fn github(github: &GithubSettings, problems: &mut Problems) -> GithubAccess {
    let api_url = problems.api_address("github.api_url", &github.api_url);
    let web_url = match github.web_url.trim() {
        "" => address::web_address(&api_url),
        text => address::web_page_address(text).unwrap_or_else(|what| {
            problems.wrong("github.web_url", what);
            stand_in()
        }),
    };
    GithubAccess {
        web_url,
        api_url,
        app_id: problems.text(
            "github.app_id",
            &github.app_id,
            is_app_or_client_id,
            "is neither an App ID (digits) nor a client ID (Iv…)",
        ),
        private_key: secret::private_key(github, problems),
        webhook_secrets: secret::list("github.webhook_secret", &github.webhook_secret, problems),
    }
}

/// `1190001`, `Iv1.8a61f9b3a7aba766`, `Iv23liAbCdEfGhIjKlMn`.
fn is_app_or_client_id(text: &str) -> bool {
    let digits = text.chars().all(|c| c.is_ascii_digit());
    (digits && text.len() <= 19) || is_client_id(text)
}

fn is_client_id(text: &str) -> bool {
    let client = text.starts_with("Iv") && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    client && (10..=64).contains(&text.len())
}

fn slack(settings: &Settings, problems: &mut Problems) -> SlackAccess {
    let (slack, server) = (&settings.slack, &settings.server);
    let rate = slack.messages_per_second;
    problems.unless(rate > 0.0 && rate <= 1_000.0, "slack.messages_per_second", "must be more than 0 and at most 1000");
    let socket = socket(slack, problems);
    let takes_http = socket.is_none() || slack.keep_http;
    let oauth = consent::oauth(slack, server, problems);
    SlackAccess {
        api_url: problems.api_address("slack.api_url", &slack.api_url),
        bot_token: if oauth.is_some() {
            SecretString::default()
        } else {
            secret::bot_token(&slack.bot_token, problems)
        },
        oauth,
        signing_secrets: secret::signing(slack, takes_http, problems),
        takes_http,
        socket,
        app_id: problems.optional_text(
            "slack.app_id",
            &slack.app_id,
            |text| is_slack_id(text, &['A']),
            "is not an app ID (A…)",
        ),
        workspaces: workspaces::all(slack, &settings.freeze.slack_users, problems),
        messages_per_second: rate,
        allow_shared_channels: slack.allow_shared_channels,
        digest: digest(&slack.digest, problems),
    }
}

/// There is none without its token.
fn socket(slack: &SlackSettings, problems: &mut Problems) -> Option<SocketAccess> {
    problems.unless((1..=10).contains(&slack.sockets), "slack.sockets", "must be from 1 to 10");
    let app_token = secret::app_token(&slack.app_token, problems)?;
    Some(SocketAccess { app_token, sockets: slack.sockets })
}

fn digest(text: &str, problems: &mut Problems) -> Option<Daily> {
    if text.trim().is_empty() {
        return None;
    }
    Daily::parse(text).map_err(|why| problems.wrong("slack.digest", &why.to_string())).ok()
}

fn policy(policy: &PolicySettings, problems: &mut Problems) -> PolicySettings {
    let bounds = MINUTE_MS..=29 * DAY_MS;
    let good = bounds.contains(&policy.expires_after.as_millis());
    problems.unless(good, "policy.expires_after", "must be from 1m to 29d: GitHub itself gives up after 30 days");
    policy.clone()
}

fn preview(preview: &PreviewSettings, problems: &mut Problems) -> PreviewOptions {
    let bounds = MINUTE_MS..=DAY_MS;
    let good = bounds.contains(&preview.give_up_after.as_millis());
    problems.unless(good, "preview.give_up_after", "must be from 1m to 24h");
    let environment = EnvironmentName::parse(preview.environment.trim());
    problems.unless(environment.is_some(), "preview.environment", "is not an environment name: 1 to 255 characters");
    PreviewOptions {
        enabled: preview.enabled,
        show_on: preview.show_on,
        environment: environment.unwrap_or_else(unnamed),
        give_up_after_ms: preview.give_up_after.as_millis(),
        conclusion: preview.conclusion,
        comment: preview.comment,
    }
}

/// A stand-in that nobody gets to see.
fn unnamed() -> EnvironmentName {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    EnvironmentName::parse("-").expect("an environment name")
}

fn engine(engine: &EngineSettings, problems: &mut Problems) -> EngineSettings {
    problems.unless((1..=256).contains(&engine.concurrency), "engine.concurrency", "must be from 1 to 256");
    let minutes = (SECOND_MS..=5 * MINUTE_MS).contains(&engine.people_kept_for.as_millis());
    problems.unless(minutes, "engine.people_kept_for", "must be from 1s to 5m: people come and go");
    engine.clone()
}

/// Reads the identity file, for a command that needs nothing else of the settings.
pub fn identity_file(settings: &Settings) -> Result<IdentityFile, Vec<Problem>> {
    let mut problems = Problems::default();
    let people = people(&settings.identity.file, &mut problems);
    if problems.all.is_empty() { Ok(people) } else { Err(problems.all) }
}

fn people(path: &str, problems: &mut Problems) -> IdentityFile {
    const KEY: &str = "identity.file";
    let path = path.trim();
    if path.is_empty() {
        return IdentityFile::default();
    }
    match std::fs::read_to_string(path) {
        Err(error) => problems.wrong(KEY, &format!("names `{path}`, which cannot be read: {error}")),
        Ok(text) => match IdentityFile::parse(&text) {
            Ok(people) => return people,
            Err(mistakes) => {
                problems.all.extend(mistakes.into_iter().map(|what| Problem::new(KEY, format!("`{path}`: {what}"))))
            }
        },
    }
    IdentityFile::default()
}
