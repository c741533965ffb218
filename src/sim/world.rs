//! The whole world on one machine: both simulated vendors, a Countersign between them, and a clock.
//!
//! Nothing in it runs by itself when the clock is moved by hand: [`World::settle`] does everything that is due now,
//! [`World::advance`] moves the clock from one due time to the next, and [`World::finish`] looks for loose ends.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::github::sample::{self, Sample};
use super::github::{GithubOptions, GithubSim, State};
use super::slack::{SlackOptions, SlackSim, sample as workspace};
use crate::app::server::{Bound, Server};
use crate::app::sockets::SocketHealth;
use crate::app::{self, linking, worker};
use crate::config::settings::{EngineSettings, PolicySettings};
use crate::config::{
    AccountLinks, GithubAccess, HttpCheckAccess, IdentityFile, LinkRules, LinkedPerson, LogFormat, LogSettings,
    OwnerPolicy, PreviewConclusion, PreviewOptions, ServeSettings, ServerLimits, ShowOn, SlackAccess, SocketAccess,
    Span, WhenMissing, WorkspaceAccess,
};
use crate::domain::calendar::Daily;
use crate::domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::domain::{ChatUser, Coverage, EnvironmentName, ForgeUserId, Request, Timestamp};
use crate::engine::{Engine, chores, settle};
use crate::ports::{Clock, IdSource};

/// Rounds after which something that never settles is a fault.
const MAX_ROUNDS: usize = 10_000;

/// How often the vendors look at the clock in a world that lives in real time.
const VENDORS_LOOK: Duration = Duration::from_millis(50);

/// How long connections may take to stand, and how often that is looked at (real time).
const CONNECTED_WITHIN: Duration = Duration::from_secs(20);
const CONNECTIONS_LOOK: Duration = Duration::from_millis(1);

/// How Slack's requests reach Countersign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Http,
    /// Socket Mode, with so many connections.
    Socket(usize),
}

/// How a world is made.
#[derive(Clone)]
pub struct WorldOptions {
    pub clock: Clock,
    pub ids: IdSource,
    pub github: GithubOptions,
    pub slack: SlackOptions,
    pub transport: Transport,
    /// `sqlite://…` or `postgres://…`; a file in the world's own folder when empty.
    pub database_url: Option<String>,
    pub when_missing: WhenMissing,
    pub messages_per_second: f64,
    /// Channel that requests go to whose policy names none.
    pub channel: String,
    pub allow_shared_channels: bool,
    /// When digests of the day are sent.
    pub digest: Option<Daily>,
    /// Who may call freezes everywhere.
    pub freezers: Vec<String>,
    /// Services that policies may ask.
    pub http_checks: HttpCheckAccess,
    pub preview: PreviewOptions,
    /// Whether people can link their accounts themselves.
    pub links: bool,
    /// Rules that link people without their doing.
    pub link_rules: LinkRules,
    /// Where Countersign listens; a free port when it is 0.
    pub listen: SocketAddr,
    /// What the simulated GitHub is filled with; [`sample::fill`] when empty.
    pub fill: Option<Fill>,
}

/// Puts people, a repository and its history into an empty GitHub.
pub type Fill = Arc<dyn Fn(&mut State) -> Sample + Send + Sync>;

impl WorldOptions {
    /// A world whose clock stands at the start of 2026 until it is moved.
    pub fn by_hand() -> Self {
        Self::with(Clock::manual(Timestamp::from_seconds(1_767_225_600)), IdSource::counted(1))
    }

    /// A world that lives in real time.
    pub fn live() -> Self {
        let mut options = Self::with(Clock::System, IdSource::System);
        options.slack.workspace.install.scopes.extend(workspace::OPTIONAL_SCOPES.map(str::to_owned));
        options
    }

    /// The same, with a clock that can be pushed forward.
    pub fn pushed() -> Self {
        Self::with(Clock::pushed(), IdSource::System)
    }

    fn with(clock: Clock, ids: IdSource) -> Self {
        Self {
            clock,
            ids,
            github: GithubOptions::default(),
            slack: SlackOptions::default(),
            transport: Transport::Http,
            database_url: None,
            when_missing: WhenMissing::Starter,
            messages_per_second: 1.0,
            channel: workspace::RELEASES.to_owned(),
            allow_shared_channels: false,
            digest: None,
            freezers: Vec::new(),
            http_checks: HttpCheckAccess::default(),
            preview: preview(),
            links: true,
            link_rules: LinkRules::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            fill: None,
        }
    }
}

/// Both vendors and a Countersign.
pub struct World {
    pub github: GithubSim,
    pub slack: SlackSim,
    pub clock: Clock,
    /// What the simulated GitHub was filled with.
    pub sample: Sample,
    /// What Countersign was started with; a restart uses it again.
    pub settings: ServeSettings,
    links: bool,
    ids: IdSource,
    running: Option<Running>,
    folder: Folder,
}

struct Running {
    engine: Engine,
    server: Server,
    stop: CancellationToken,
    /// Socket Mode: what keeps connections open, and how they are.
    sockets: Option<(JoinHandle<()>, SocketHealth)>,
    /// What runs by itself, in a world that lives in real time.
    loops: Vec<JoinHandle<()>>,
}

impl World {
    /// Starts the vendors with their sample worlds, and a Countersign that knows its people.
    ///
    /// # Errors
    /// When a port or a folder cannot be had, or the server does not start.
    pub async fn start(options: WorldOptions) -> anyhow::Result<Self> {
        let folder = Folder::make()?;
        let github = GithubSim::start(options.clock.clone(), options.github.clone()).await?;
        let sample = github.edit(|state| match &options.fill {
            Some(fill) => fill(state),
            None => sample::fill(state),
        });
        let slack = SlackSim::start(options.clock.clone(), options.slack.clone()).await?;
        slack.switch_socket_mode(options.transport != Transport::Http);
        let settings = settings(&options, &folder, &github, &slack)?;
        let (clock, links) = (options.clock.clone(), options.links);
        let mut world = Self { github, slack, clock, sample, settings, links, ids: options.ids, running: None, folder };
        world.start_server().await?;
        Ok(world)
    }

    pub fn engine(&self) -> anyhow::Result<&Engine> {
        self.running.as_ref().map(|running| &running.engine).context("the server is stopped")
    }

    /// Where Countersign listens.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        self.running.as_ref().map(|running| running.server.address).context("the server is stopped")
    }

    /// The world's own folder: the database is in it.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// Starts Countersign again over the same database, after [`World::stop_server`].
    pub async fn start_server(&mut self) -> anyhow::Result<()> {
        let bound = Bound::at(&self.settings).await?;
        // The same address after a restart: vendors and browsers do not follow a moving server.
        self.settings.listen = bound.address;
        if self.links {
            self.settings.account_links = Some(account_links(&self.github, bound.address)?);
        }
        let app = app::build(&self.settings, self.clock.clone(), self.ids.clone()).await?;
        let stop = CancellationToken::new();
        let server = bound.serve(app.router, stop.clone());
        self.github.set_webhook_target(&format!("http://{}{}", server.address, app::doors::GITHUB_WEBHOOKS));
        self.slack.set_interactions_target(&format!("http://{}{}", server.address, app::doors::SLACK.interactions));
        self.slack.set_commands_target(&format!("http://{}{}", server.address, app::doors::SLACK.commands));
        self.slack.set_events_target(&format!("http://{}{}", server.address, app::doors::SLACK.events));
        let sockets = app.sockets.map(|sockets| {
            let health = sockets.health();
            (app::server::spawn(sockets.run(stop.clone())), health)
        });
        self.running = Some(Running { engine: app.engine, server, stop, sockets, loops: Vec::new() });
        self.connected().await
    }

    /// Waits until Slack has greeted every connection wanted, in Socket Mode.
    pub async fn connected(&self) -> anyhow::Result<()> {
        let sockets = self.running.as_ref().and_then(|running| running.sockets.as_ref());
        let (Some((_, health)), Some(access)) = (sockets, &self.settings.slack.socket) else { return Ok(()) };
        let connected = async {
            while health.standing() < access.sockets {
                tokio::time::sleep(CONNECTIONS_LOOK).await;
            }
        };
        tokio::time::timeout(CONNECTED_WITHIN, connected).await.context("Slack greets no connection")
    }

    /// Lets Countersign's worker and the vendors' own time run, until the server stops. For worlds in real time only.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let concurrency = self.settings.engine.concurrency;
        let poll = Duration::from_millis(self.settings.engine.poll_every.as_millis().unsigned_abs());
        let limits = worker::Limits {
            deliveries: concurrency,
            effects_of_a_kind: concurrency,
            previews: concurrency.div_ceil(16),
            poll,
        };
        let (github, slack) = (self.github.clone(), self.slack.clone());
        let running = self.running.as_mut().context("the server is stopped")?;
        let work = worker::run(running.engine.clone(), limits, running.stop.clone());
        let time = vendors_time(github, slack, running.stop.clone());
        running.loops.extend([app::server::spawn(work), app::server::spawn(time)]);
        Ok(())
    }

    /// Stops Countersign where it stands: what it had claimed and not stored is lost, as in a crash after a commit.
    pub async fn stop_server(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.cancel();
            running.server.stopped().await;
            if let Some((sockets, _)) = running.sockets {
                let _ = sockets.await;
            }
            for task in running.loops {
                // A task of ours that panicked has said so already.
                let _ = task.await;
            }
            running.engine.store.close().await;
        }
    }

    /// Ends the world without looking for loose ends.
    pub async fn stop(mut self) {
        self.stop_server().await;
    }

    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop_server().await;
        self.start_server().await
    }

    /// Does everything that is due now, at both vendors and in Countersign, until nothing is.
    pub async fn settle(&self) -> anyhow::Result<()> {
        for _ in 0..MAX_ROUNDS {
            if self.round().await? == 0 {
                return Ok(());
            }
        }
        bail!("the world does not come to rest")
    }

    /// Does one round of what is due, at both vendors and in Countersign. Returns how many things were done.
    pub async fn round(&self) -> anyhow::Result<usize> {
        Ok(self.github.step().await + settle::round(self.engine()?).await?)
    }

    /// Moves the clock by `ms`, stopping at everything that falls due on the way.
    pub async fn advance(&self, ms: i64) -> anyhow::Result<()> {
        let end = self.clock.now().plus_millis(ms);
        self.settle().await?;
        for _ in 0..MAX_ROUNDS {
            let Some(next) = self.next_due().await?.filter(|next| *next <= end) else { break };
            self.clock.advance(next.millis_since(self.clock.now()));
            self.settle().await?;
        }
        self.clock.advance(end.millis_since(self.clock.now()));
        self.settle().await
    }

    /// Moves the clock to what falls due next, `end` at the latest; does nothing there.
    pub async fn move_on(&self, end: Timestamp) -> anyhow::Result<()> {
        let next = self.next_due().await?.filter(|next| *next < end).unwrap_or(end);
        self.clock.advance(next.millis_since(self.clock.now()));
        Ok(())
    }

    async fn next_due(&self) -> anyhow::Result<Option<Timestamp>> {
        let now = self.clock.now();
        let store = &self.engine()?.store;
        let chores = chores::next_due(self.engine()?, now);
        let ours = [store.next_due(now).await?, store.next_preview_due(now).await?, chores];
        Ok(ours.into_iter().chain([self.github.next_due()]).flatten().filter(|due| *due > now).min())
    }

    /// The requests there are, newest first.
    pub async fn requests(&self) -> anyhow::Result<Vec<Request>> {
        Ok(self.engine()?.store.list_requests(&crate::store::RequestFilter::default(), 1_000).await?)
    }

    /// Looks for loose ends: unread private answers, calls no vendor knows, effects that were given up or are overdue,
    /// a broken audit chain.
    ///
    /// # Errors
    /// The first loose end found.
    pub async fn finish(self) -> anyhow::Result<()> {
        self.settle().await?;
        let unread: Vec<String> = self.slack.unread().into_iter().map(|answer| answer.text).collect();
        ensure!(unread.is_empty(), "private answers nobody read: {unread:?}");
        ensure!(
            self.github.unexpected_calls().is_empty(),
            "calls GitHub does not know: {:?}",
            self.github.unexpected_calls()
        );
        ensure!(
            self.slack.unexpected_calls().is_empty(),
            "calls Slack does not know: {:?}",
            self.slack.unexpected_calls()
        );
        let store = &self.engine()?.store;
        let failed = store.failed_effects(10).await?;
        ensure!(failed.is_empty(), "effects were given up: {failed:?}");
        let parked = store.parked_deliveries(10).await?;
        ensure!(parked.is_empty(), "deliveries were parked: {parked:?}");
        self.check_record().await?;
        let mut world = self;
        world.stop_server().await;
        Ok(())
    }

    /// The audit chain holds, and taking a request's records in order gives its state.
    pub async fn check_record(&self) -> anyhow::Result<()> {
        let store = &self.engine()?.store;
        if let Err(broken) = store.verify_audit(&[]).await? {
            bail!("the audit chain is broken: {broken:?}");
        }
        for request in self.requests().await? {
            let mut replayed = None;
            for record in store.records_of_request(&request.id).await? {
                let record = record.map_err(|error| anyhow::anyhow!("a record does not read back: {error:?}"))?;
                replayed = crate::domain::transition(replayed, &record.event, record.at).request;
            }
            ensure!(replayed.as_ref() == Some(&request), "replaying the records of {} gives another state", request.id);
        }
        Ok(())
    }
}

fn settings(
    options: &WorldOptions,
    folder: &Folder,
    github: &GithubSim,
    slack: &SlackSim,
) -> anyhow::Result<ServeSettings> {
    let file = folder.0.join("countersign.db");
    let database = options.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", file.display()));
    Ok(ServeSettings {
        listen: options.listen,
        public_url: None,
        limits: ServerLimits {
            max_github_body_bytes: 25 * 1024 * 1024,
            max_slack_body_bytes: 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            max_connections: 1_024,
        },
        api_token: None,
        database_url: SecretString::from(database),
        github: GithubAccess {
            api_url: github.api_url().parse()?,
            web_url: github.web_url().parse()?,
            app_id: github.app_id().to_string(),
            private_key: SecretString::from(github.private_key_pem()),
            webhook_secrets: vec![SecretString::from(github.webhook_secret())],
        },
        slack: SlackAccess {
            api_url: slack.api_url().parse()?,
            bot_token: SecretString::from(slack.bot_token()),
            signing_secrets: match options.transport {
                Transport::Http => vec![SecretString::from(slack.signing_secret())],
                Transport::Socket(_) => Vec::new(),
            },
            oauth: None,
            takes_http: options.transport == Transport::Http,
            socket: match options.transport {
                Transport::Http => None,
                Transport::Socket(sockets) => {
                    Some(SocketAccess { app_token: SecretString::from(slack.app_token()), sockets })
                }
            },
            app_id: slack.app_id(),
            workspaces: vec![WorkspaceAccess {
                team_id: slack.team_id(),
                home: None,
                channel: options.channel.clone(),
                coverage: Coverage::Rest,
                freezers: options.freezers.clone(),
            }],
            messages_per_second: options.messages_per_second,
            allow_shared_channels: options.allow_shared_channels,
            digest: options.digest.clone(),
        },
        http_checks: options.http_checks.clone(),
        policy: PolicySettings {
            when_missing: options.when_missing,
            owner: OwnerPolicy::WhenPresent,
            expires_after: Span::from_millis(DAY_MS),
        },
        preview: options.preview.clone(),
        people: people(github),
        account_links: None,
        link_rules: options.link_rules.clone(),
        engine: EngineSettings {
            concurrency: 64,
            poll_every: Span::from_millis(SECOND_MS),
            people_kept_for: Span::from_millis(2 * MINUTE_MS),
        },
        log: LogSettings { format: LogFormat::Text, filter: "info".to_owned() },
    })
}

/// People link their accounts at the server itself; the simulated GitHub sends them back there.
fn account_links(github: &GithubSim, server: SocketAddr) -> anyhow::Result<AccountLinks> {
    let address: url::Url = format!("http://{server}").parse()?;
    let (client_id, client_secret) = github.sign_in_credentials();
    let links = AccountLinks { client_id, client_secret: SecretString::from(client_secret), address };
    github.set_callback(&format!("{}{}", linking::base(&links), linking::CALLBACK));
    Ok(links)
}

/// Previews as they are when nobody sets anything.
fn preview() -> PreviewOptions {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    let environment = EnvironmentName::parse("production").expect("an environment name");
    PreviewOptions {
        enabled: true,
        show_on: ShowOn::Models,
        environment,
        give_up_after_ms: 15 * MINUTE_MS,
        conclusion: PreviewConclusion::Verdict,
        comment: false,
    }
}

/// The vendors do what falls due, and send what they have to send.
async fn vendors_time(github: GithubSim, slack: SlackSim, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if github.step().await == 0 {
            tokio::time::sleep(VENDORS_LOOK).await;
        }
        slack.deliver_due_events().await;
        slack.resend_envelopes().await;
    }
}

/// The operator's links of the sample worlds: people who have an account on both sides under the same name.
fn people(github: &GithubSim) -> IdentityFile {
    let linked = [
        (workspace::OCTO, "octocat"),
        (workspace::ANA, "ana"),
        (workspace::MONA, "mona"),
        (workspace::LI, "li"),
        (workspace::GUEST, "guest"),
    ];
    let person = |(slack_user, login): (&str, &str)| {
        let id = github.read(|state| state.account_by_login(login).map(|account| account.id))?;
        Some(LinkedPerson {
            github_id: Some(ForgeUserId::new(id)),
            github_login: login.to_owned(),
            chat: ChatUser { workspace: workspace::TEAM.to_owned(), user: slack_user.to_owned() },
        })
    };
    IdentityFile { people: linked.into_iter().filter_map(person).collect() }
}

/// A folder of the world's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("countersign-{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
