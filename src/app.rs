//! Puts the parts together and runs them. No decision about approvals is made here.

mod chats;
pub mod checks;
pub mod doors;
pub mod installs;
pub mod linking;
pub mod record;
pub mod runtime;
pub mod server;
pub mod shutdown;
pub mod sockets;
pub mod worker;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::config::{OwnerPolicy, PreviewConclusion, ServeSettings, ShowOn, WhenMissing};
use crate::engine::Engine;
use crate::engine::preview::{Concluding, PreviewSettings, Previews};
use crate::github::{GithubForge, GithubSettings, SignInSettings, Timeouts};
use crate::policy::{self, PolicyDefaults};
use crate::ports::{BoxFuture, Clock, IdSource};
use crate::store::{Store, StoreOptions};
use crate::telemetry::metrics::{DELIVERIES, Metrics};
use crate::web::{self, Web};

use chats::Chats;
use installs::Installs;
use sockets::{SocketHealth, Sockets};

/// Everything a running server consists of, except its loops.
pub struct App {
    pub engine: Engine,
    pub router: Router,
    /// In Socket Mode.
    pub sockets: Option<Sockets>,
}

/// Builds the server from checked settings: the database is open and up to date afterwards, and nothing runs yet.
///
/// # Errors
/// When the database cannot be opened or brought up to date, or an address cannot be used.
pub async fn build(settings: &ServeSettings, clock: Clock, ids: IdSource) -> anyhow::Result<App> {
    let salts = ids.clone();
    let options = StoreOptions { salt: Arc::new(move || salts.salt()), ..StoreOptions::default() };
    let store =
        Store::open(settings.database_url.expose_secret(), options).await.context("cannot open the database")?;
    store.migrate().await.context("cannot bring the database up to date")?;
    let installs = Installs::new(settings, &store, clock.clone(), ids.clone())?;
    let chats = Chats::new(settings, installs.as_ref(), &clock)?;
    let trouble = chats.trouble();
    let workspaces = Arc::new(chats.workspaces(settings));
    let workspace = Arc::clone(workspaces.all().next().context("no workspace is set")?);
    let engine = Engine {
        store,
        forge: Arc::new(github(settings, clock.clone())?),
        workspace,
        workspaces,
        checker: Arc::new(checks::checker(settings, clock.clone())),
        clock,
        ids,
        people: Arc::new(linking::directory(&settings.people, &settings.link_rules)),
        policy: policy_defaults(settings),
        known: Arc::default(),
        previews: Arc::new(Previews::new(previews(settings))),
        public_url: settings.public_url.as_ref().map(ToString::to_string),
        link_address: settings.account_links.as_ref().map(linking::base),
    };
    let sockets = Sockets::new(settings, &engine)?;
    let trouble = with_sockets(trouble, sockets.as_ref());
    let router =
        web::router(Web { consent: installs.as_ref().map(Installs::door), ..web(settings, &engine, trouble)? });
    Ok(App { engine, router, sockets })
}

/// Runs the server until a signal asks it to stop; then what is under way gets ten seconds.
///
/// # Errors
/// When the server cannot be built, the address cannot be bound, or signals cannot be caught.
pub async fn serve(settings: ServeSettings) -> anyhow::Result<()> {
    let stop = shutdown::on_signal()?;
    let app = build(&settings, Clock::System, IdSource::System).await?;
    linking::report(&app.engine).await.context("cannot read the account links")?;
    run(&settings, app, stop).await
}

/// Runs a built server until `stop`.
///
/// # Errors
/// When the address cannot be bound.
pub async fn run(settings: &ServeSettings, app: App, stop: CancellationToken) -> anyhow::Result<()> {
    let store = app.engine.store.clone();
    let server = server::Server::start(settings, app.router, stop.clone()).await?;
    let limits = worker::Limits {
        deliveries: settings.engine.concurrency,
        effects_of_a_kind: settings.engine.concurrency,
        previews: settings.engine.concurrency.div_ceil(16),
        poll: std::time::Duration::from_millis(settings.engine.poll_every.as_millis().unsigned_abs()),
    };
    let worker = server::spawn(worker::run(app.engine, limits, stop.clone()));
    let sockets = app.sockets.map(|sockets| server::spawn(sockets.run(stop.clone())));
    let end = async {
        server.stopped().await;
        if let Some(sockets) = sockets
            && let Err(error) = sockets.await
        {
            tracing::error!(error = %error, "Socket Mode failed");
        }
        if let Err(error) = worker.await {
            tracing::error!(error = %error, "the worker failed");
        }
        store.close().await;
    };
    shutdown::bounded(&stop, end).await;
    Ok(())
}

fn github(settings: &ServeSettings, clock: Clock) -> anyhow::Result<GithubForge> {
    let access = &settings.github;
    let github = GithubSettings {
        api_url: access.api_url.to_string().trim_end_matches('/').to_owned(),
        web_url: access.web_url.to_string().trim_end_matches('/').to_owned(),
        app_id: access.app_id.clone(),
        private_key: access.private_key.clone(),
        sign_in: settings.account_links.as_ref().map(|links| SignInSettings {
            client_id: links.client_id.clone(),
            client_secret: links.client_secret.clone(),
            callback: format!("{}{}", linking::base(links), linking::CALLBACK),
        }),
        allow_http: is_loopback(&access.api_url),
        timeouts: Timeouts::default(),
    };
    GithubForge::new(&github, clock).context("cannot set up the connection to GitHub")
}

/// Plain HTTP is for simulators on this machine only.
fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn policy_defaults(settings: &ServeSettings) -> PolicyDefaults {
    let when_missing = match settings.policy.when_missing {
        WhenMissing::Starter => policy::WhenMissing::Starter,
        WhenMissing::Hold => policy::WhenMissing::Hold,
    };
    let owner = match settings.policy.owner {
        OwnerPolicy::Off => policy::OwnerPolicy::Off,
        OwnerPolicy::WhenPresent => policy::OwnerPolicy::WhenPresent,
        OwnerPolicy::Required => policy::OwnerPolicy::Required,
    };
    PolicyDefaults { when_missing, owner, expires_after_ms: settings.policy.expires_after.as_millis() }
}

fn previews(settings: &ServeSettings) -> PreviewSettings {
    let preview = &settings.preview;
    PreviewSettings {
        is_on: preview.enabled,
        on_all: preview.show_on == ShowOn::All,
        environment: preview.environment.clone(),
        give_up_after_ms: preview.give_up_after_ms,
        conclusion: match preview.conclusion {
            PreviewConclusion::Verdict => Concluding::Verdict,
            PreviewConclusion::Neutral => Concluding::Neutral,
        },
        comment: preview.comment,
    }
}

/// What does not work although the server does, in words for an operator.
type Trouble = Arc<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

fn with_sockets(chats: Trouble, sockets: Option<&Sockets>) -> Trouble {
    let sockets = sockets.map(Sockets::health);
    Arc::new(move || {
        let (chats, sockets) = (chats(), sockets.clone());
        Box::pin(async move {
            let all = [chats.await, sockets.as_ref().and_then(SocketHealth::trouble)];
            let all: Vec<String> = all.into_iter().flatten().collect();
            (!all.is_empty()).then(|| all.join("; "))
        })
    })
}

fn web(settings: &ServeSettings, engine: &Engine, trouble: Trouble) -> anyhow::Result<Web> {
    let metrics = Metrics::start();
    let store = engine.store.clone();
    Ok(Web {
        doors: doors::all(settings, engine)?,
        intake: doors::intake(engine),
        clock: engine.clock.clone(),
        body_timeout: settings.limits.body_timeout,
        ready: Arc::new(move || {
            let (store, trouble) = (store.clone(), Arc::clone(&trouble));
            Box::pin(async move {
                store.check().await.map_err(|error| error.to_string())?;
                Ok(trouble().await)
            })
        }),
        metrics: Arc::new(move || metrics.render()),
        observe: |source, outcome| {
            metrics::counter!(DELIVERIES, "source" => source.word(), "outcome" => outcome.word()).increment(1);
        },
        audit: record::audit_list(settings, &engine.store),
        checks: checks::door(settings, engine),
        linking: linking::pages(engine),
        consent: None,
    })
}
