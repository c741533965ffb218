//! Socket Mode: keeps as many connections to Slack open as wanted, and stores what comes over them.

mod line;
mod taking;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use futures::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::ServeSettings;
use crate::engine::Engine;
use crate::ports::{Class, IdSource, PortError};
use crate::slack::socket::{End, Fleet, Hello, Next, SocketDoor, SocketId, SocketSettings, Timing};
use crate::telemetry::metrics::{SOCKET_ENDS, SOCKETS_OPEN};

use line::Line;
use taking::Taking;

/// Everything Socket Mode consists of, except its loop.
pub struct Sockets {
    door: Arc<SocketDoor>,
    taking: Taking,
    timing: Timing,
    app: Option<String>,
    fleet: Arc<Mutex<Fleet>>,
}

/// What the connections are like, for those who ask whether the server works.
#[derive(Clone)]
pub struct SocketHealth(Arc<Mutex<Fleet>>);

/// What a connection says while it lives.
enum News {
    Greeted(Hello),
    /// It is going to end, and wants a successor.
    Retires,
}

type Ended = (SocketId, Result<End, PortError>);

impl Sockets {
    /// `None` where no app-level token is set.
    pub fn new(settings: &ServeSettings, engine: &Engine) -> anyhow::Result<Option<Self>> {
        let slack = &settings.slack;
        let Some(socket) = &slack.socket else { return Ok(None) };
        let door = SocketSettings {
            api_url: slack.api_url.to_string().trim_end_matches('/').to_owned(),
            app_token: socket.app_token.clone(),
            allow_http: super::is_loopback(&slack.api_url),
            max_frame_bytes: settings.limits.max_slack_body_bytes,
        };
        let door = SocketDoor::new(&door).context("cannot set up Socket Mode")?;
        if !slack.takes_http && !slack.signing_secrets.is_empty() {
            tracing::info!(
                "slack.signing_secret is not needed in Socket Mode: /slack/… is closed (slack.keep_http opens it)"
            );
        }
        Ok(Some(Self {
            door: Arc::new(door),
            taking: Taking::new(engine),
            timing: Timing::default(),
            app: (!slack.app_id.is_empty()).then(|| slack.app_id.clone()),
            fleet: Arc::new(Mutex::new(Fleet::new(socket.sockets, Instant::now()))),
        }))
    }

    pub fn health(&self) -> SocketHealth {
        SocketHealth(Arc::clone(&self.fleet))
    }

    /// With other patience; for tests of silence.
    pub fn timed(self, timing: Timing) -> Self {
        Self { timing, ..self }
    }

    /// Keeps connections open until `stop`; then acknowledges what it has taken, and closes them.
    pub async fn run(self, stop: CancellationToken) {
        tracing::info!("Socket Mode: Slack's requests come over connections that this server opens");
        let (tell, mut news) = mpsc::unbounded_channel();
        let mut crew = Crew { sockets: self, lines: JoinSet::new(), leave: HashMap::new(), tell, stop: stop.clone() };
        while !stop.is_cancelled() {
            let next = crew.sockets.fleet().next(Instant::now());
            let pause = match next {
                Next::Open(id) => {
                    crew.open(id);
                    continue;
                }
                Next::WaitUntil(then) => Some(then),
                Next::Nothing => None,
            };
            tokio::select! {
                () = stop.cancelled() => {}
                Some((id, news)) = news.recv() => crew.heard(id, &news),
                Some(ended) = crew.lines.join_next() => {
                    // What it said before it ended comes first.
                    while let Ok((id, news)) = news.try_recv() {
                        crew.heard(id, &news);
                    }
                    crew.ended(ended);
                }
                () = until(pause) => {}
            }
            crew.count();
        }
        while let Some(ended) = crew.lines.join_next().await {
            crew.ended(ended);
        }
        crew.count();
    }

    fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connections at work.
struct Crew {
    sockets: Sockets,
    lines: JoinSet<Ended>,
    /// What tells a connection that its successor is there.
    leave: HashMap<SocketId, CancellationToken>,
    tell: mpsc::UnboundedSender<(SocketId, News)>,
    stop: CancellationToken,
}

impl Crew {
    fn open(&mut self, id: SocketId) {
        let leave = CancellationToken::new();
        self.leave.insert(id, leave.clone());
        let line = Line {
            id,
            door: Arc::clone(&self.sockets.door),
            taking: self.sockets.taking.clone(),
            timing: self.sockets.timing,
            app: self.sockets.app.clone(),
            tell: self.tell.clone(),
            leave,
            stop: self.stop.clone(),
        };
        self.lines.spawn(async move {
            let work = AssertUnwindSafe(line.run()).catch_unwind();
            (id, work.await.unwrap_or_else(|_| Ok(End::Dropped("it broke this program; please report it".to_owned()))))
        });
    }

    fn heard(&mut self, id: SocketId, news: &News) {
        let now = Instant::now();
        match news {
            News::Retires => self.sockets.fleet().retires(id, now),
            News::Greeted(hello) => {
                let (may_go, others) = self.sockets.fleet().greeted(id, hello, now);
                tracing::info!(slack.socket = %id, "Slack greets connection {id}");
                if let Some(others) = others {
                    tracing::warn!(
                        "Slack counts {others} more connections of this app than this process has: another process uses \
                         the same app. That is right for a replica over the same database; anything else takes clicks \
                         that are meant for us"
                    );
                }
                for leave in may_go.iter().filter_map(|id| self.leave.get(id)) {
                    leave.cancel();
                }
            }
        }
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        let (id, ended) = match ended {
            Ok(ended) => ended,
            // Panics are caught inside the task, and nobody aborts one.
            Err(error) => return tracing::error!(error = %error, "a connection to Slack was torn off"),
        };
        self.leave.remove(&id);
        let (now, fraction) = (Instant::now(), IdSource::System.fraction());
        let word = match &ended {
            Ok(end) => {
                self.sockets.fleet().ended(id, end, now, fraction);
                end.word()
            }
            Err(error) => {
                self.sockets.fleet().not_opened(id, error, now, fraction);
                "not_opened"
            }
        };
        metrics::counter!(SOCKET_ENDS, "why" => word).increment(1);
        log_end(id, &ended);
    }

    fn count(&self) {
        let open = u32::try_from(self.sockets.fleet().open()).unwrap_or(u32::MAX);
        metrics::gauge!(SOCKETS_OPEN).set(open);
    }
}

impl SocketHealth {
    /// What is wrong, in words, when nothing arrives from Slack.
    pub fn trouble(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).trouble(Instant::now())
    }

    /// Connections that take part and are not going to end.
    pub fn standing(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).standing()
    }
}

async fn until(then: Option<Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then.into()).await,
        None => std::future::pending().await,
    }
}

fn log_end(id: SocketId, ended: &Result<End, PortError>) {
    match ended {
        Ok(end @ (End::Replaced | End::Stopped)) => {
            tracing::info!(slack.socket = %id, why = end.word(), "connection {id} to Slack is closed: {end}");
        }
        Ok(end @ (End::LinkDisabled | End::OtherApp(_) | End::TooManyWebsockets)) => {
            tracing::error!(slack.socket = %id, why = end.word(), "connection {id} to Slack is of no use: {end}");
        }
        Ok(end) => tracing::warn!(slack.socket = %id, why = end.word(), "connection {id} to Slack is over: {end}"),
        Err(error) if error.class == Class::Permanent => tracing::error!(
            slack.socket = %id, error = %error, "no connection to Slack can be opened: check slack.app_token and its scope connections:write"
        ),
        Err(error) => tracing::warn!(slack.socket = %id, error = %error, "no connection to Slack, trying again"),
    }
}
