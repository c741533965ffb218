//! The servers under measurement, each a process of its own with its own database.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use countersign::sim::slack::sample::{APP, BOT_TOKEN, RELEASES, SIGNING_SECRET, TEAM};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::shim;
use super::vendors::{self, Vendors};

/// Longer than any start: then something is wrong.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// How finely the start is watched.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// The bench's folder, and the slow flush where there is a C compiler.
pub struct Bench {
    folder: tempfile::TempDir,
    shim: Option<PathBuf>,
}

impl Bench {
    pub fn prepare() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let shim = shim::compile(folder.path());
        std::fs::write(folder.path().join("people.toml"), vendors::people())?;
        Ok(Self { folder, shim })
    }

    pub fn counts_flushes(&self) -> bool {
        self.shim.is_some()
    }

    /// A fresh folder for one database.
    pub fn database(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.path().join(uuid::Uuid::new_v4().simple().to_string());
        std::fs::create_dir(&folder)?;
        Ok(folder.join("countersign.db"))
    }

    /// The bare server this one is compared with.
    pub async fn bare(&self, database: &Path) -> anyhow::Result<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        let port = free_port()?;
        command.arg("bare").arg(database).arg(port.to_string());
        self.start(command, port, database).await
    }

    /// `countersign serve` against the simulated vendors.
    pub async fn countersign(&self, database: &Path, vendors: &Vendors) -> anyhow::Result<Server> {
        self.countersign_at(database, vendors, &vendors.github.api_url(), &vendors.slack.api_url()).await
    }

    /// `countersign serve` whose vendors take every call at `silent` and never answer: nothing but the intake works.
    pub async fn countersign_alone(&self, database: &Path, vendors: &Vendors, silent: &str) -> anyhow::Result<Server> {
        self.countersign_at(database, vendors, silent, &format!("{silent}/api")).await
    }

    async fn countersign_at(
        &self,
        database: &Path,
        vendors: &Vendors,
        github: &str,
        slack: &str,
    ) -> anyhow::Result<Server> {
        let port = free_port()?;
        let key = self.folder.path().join("app.pem");
        std::fs::write(&key, vendors.github.private_key_pem())?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.arg("serve").env_clear().current_dir(self.folder.path());
        let settings = [
            ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
            ("DATABASE__URL", format!("sqlite://{}", database.display())),
            ("GITHUB__API_URL", github.to_owned()),
            ("GITHUB__APP_ID", vendors.github.app_id().to_string()),
            ("GITHUB__PRIVATE_KEY_FILE", key.display().to_string()),
            ("GITHUB__WEBHOOK_SECRET", vendors.github.webhook_secret()),
            ("SLACK__API_URL", slack.to_owned()),
            ("SLACK__BOT_TOKEN", BOT_TOKEN.to_owned()),
            ("SLACK__SIGNING_SECRET", SIGNING_SECRET.to_owned()),
            ("SLACK__APP_ID", APP.to_owned()),
            ("SLACK__TEAM_ID", TEAM.to_owned()),
            ("SLACK__CHANNEL", RELEASES.to_owned()),
            // As good as no limit: the channel's pace is Slack's wish, not what is measured.
            ("SLACK__MESSAGES_PER_SECOND", "1000".to_owned()),
            ("IDENTITY__FILE", self.folder.path().join("people.toml").display().to_string()),
        ];
        command.envs(settings.map(|(key, value)| (format!("COUNTERSIGN_{key}"), value)));
        self.start(command, port, database).await
    }

    async fn start(&self, mut command: Command, port: u16, database: &Path) -> anyhow::Result<Server> {
        let flushes = database.with_extension("flushes");
        if let Some(library) = &self.shim {
            command.env("LD_PRELOAD", library).env("SLOWSYNC_US", shim::PAUSE_US).env("SLOWSYNC_COUNT", &flushes);
        }
        let log = database.with_extension("log");
        let output = File::options().create(true).append(true).open(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let started = Instant::now();
        let child = command.spawn().context("start a server")?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut server = Server { child, address, ready_after: Duration::ZERO, flushes, log };
        server.wait_until_ready(started).await?;
        Ok(server)
    }
}

/// The most memory a process ever held, in MiB; `None` when it has ended.
pub fn resident_peak(process: u32) -> Option<f64> {
    resident(process, "VmHWM:")
}

fn resident(process: u32, field: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1_024.0)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From its start to the first `200` of `/readyz`.
    pub ready_after: Duration,
    flushes: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Flushes to disk so far; none are counted without a C compiler.
    pub fn flushes(&self) -> Option<u64> {
        shim::count(&self.flushes)
    }

    /// Waits until no flush happened for that long.
    pub async fn rest(&self, quiet: Duration) {
        let mut before = self.flushes();
        loop {
            tokio::time::sleep(quiet).await;
            let now = self.flushes();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// Resident memory in MiB: now, and the most there ever was.
    pub fn memory(&self) -> anyhow::Result<(f64, f64)> {
        let now = resident(self.child.id(), "VmRSS:").context("no resident memory in /proc")?;
        Ok((now, resident_peak(self.child.id()).unwrap_or(now)))
    }

    /// Asks it to stop and waits.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        while self.child.try_wait()?.is_none() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn wait_until_ready(&mut self, started: Instant) -> anyhow::Result<()> {
        loop {
            if is_ready(self.address).await {
                self.ready_after = started.elapsed();
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("a server ended ({status}): {}", std::fs::read_to_string(&self.log)?);
            }
            if started.elapsed() > START_PATIENCE {
                bail!("a server does not get ready: {}", std::fs::read_to_string(&self.log)?);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
    };
    ask.await.unwrap_or(false)
}
