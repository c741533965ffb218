//! The real program between the simulated vendors, with the corpus's secrets and people, and its rows counted.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign::ports::Clock;
use countersign::sim::github::sample::{self, Sample};
use countersign::sim::github::{GithubOptions, GithubSim};
use countersign::sim::slack::sample as workspace;
use countersign::sim::slack::{Channel, SlackOptions, SlackSim, State, User};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::io::AsyncWriteExt as _;

use crate::references;

pub const API_TOKEN: &str = "conformance-read-token";
const CHANNEL: &str = "C0DEPLOY";

/// Slack user, GitHub login: who is who in the corpus.
const LINKS: [(&str, &str); 4] = [("U0ALICE", "octocat"), ("U0DANA", "mona"), ("U0ERIN", "bo"), ("U9OUTSIDE", "ana")];

pub struct Rig {
    pub github: GithubSim,
    pub slack: SlackSim,
    sample: Sample,
    program: Arc<Mutex<Program>>,
    counts: SocketAddr,
    reset: SocketAddr,
    used: Mutex<Vec<String>>,
}

impl Rig {
    /// Between the simulated vendors.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Configured for github.com, which is not there: the corpus's webhooks name its addresses and are signed as they are.
    pub async fn start_for_github_com() -> Self {
        Self::start_with(&[("GITHUB__API_URL", "https://api.github.com"), ("GITHUB__WEB_URL", "https://github.com")])
            .await
    }

    async fn start_with(settings: &[(&'static str, &str)]) -> Self {
        let keys = references::json("badinput/keys.json");
        let secret = keys["github_webhook"]["main"].as_str().unwrap().to_owned();
        let mut options = GithubOptions { webhook_secret: secret, ..GithubOptions::default() };
        options.timing.too_early_ms = 0;
        let github = GithubSim::start(Clock::System, options).await.unwrap();
        let sample = github.edit(sample::fill);
        let slack =
            SlackOptions { workspace: people_of_the_corpus(&keys), rate_limits: false, ..SlackOptions::default() };
        let slack = SlackSim::start(Clock::System, slack).await.unwrap();
        let program = Program::prepare(&github, &slack, &keys);
        program.lock().unwrap().set(settings);
        program.lock().unwrap().start();
        let (counts, reset) = serve_commands(&program).await;
        let base = program.lock().unwrap().address;
        github.set_webhook_target(&format!("http://{base}/github/webhooks"));
        let ticking = github.clone();
        tokio::spawn(async move {
            loop {
                ticking.step().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Self { github, slack, sample, program, counts, reset, used: Mutex::default() }
    }

    /// The runner, pointed at the program.
    pub fn run_cases(&self) -> Command {
        let mut command = Command::new("python3");
        let base = self.program.lock().unwrap().address.to_string();
        command.arg(references::folder().join("badinput/run_cases.py"));
        command.args(["--base", &base, "--health", "/healthz", "--api-token", API_TOKEN]);
        for path in super::PATHS {
            command.args(["--path", path]);
        }
        command
    }

    /// A command that prints the counts once everything received is dealt with.
    pub fn count_command(&self) -> String {
        listen_to(self.counts)
    }

    /// A command that starts the program anew, with an empty database.
    pub fn reset_command(&self) -> String {
        listen_to(self.reset)
    }

    /// Deploys, waits for the message, and gives the value of its Approve button.
    pub async fn open_request(&self) -> String {
        self.github.dispatch(self.sample.good_change());
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(value) = self.newest_value() {
                self.used.lock().unwrap().push(value.clone());
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no message with buttons came: {}", self.log());
    }

    fn newest_value(&self) -> Option<String> {
        let values = self.slack.messages(CHANNEL).into_iter().rev();
        let mut values = values.filter_map(|message| approve_value(&json!(message.blocks)));
        values.find(|value| !self.used.lock().unwrap().contains(value))
    }

    /// How often somebody was told something privately.
    pub fn private_answers(&self) -> usize {
        let told = |method: &str| matches!(method, "chat.postEphemeral" | "response_url");
        self.slack.calls().iter().filter(|call| told(&call.method) && call.ok()).count()
    }

    /// The calls since then, for whoever asks why nobody heard anything.
    pub fn last_calls(&self) -> String {
        let calls = self.slack.calls();
        calls.iter().rev().take(5).map(|call| format!("\n{call:?}")).collect()
    }

    pub async fn hears_an_answer(&self, before: usize) -> bool {
        for _ in 0..250 {
            if self.private_answers() > before {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.program.lock().unwrap().log).unwrap_or_default()
    }

    /// The program lives, never panicked and told no secret to its log.
    pub fn finish(self) {
        let log = self.log();
        let mut program = self.program.lock().unwrap();
        assert!(program.child.as_mut().unwrap().try_wait().unwrap().is_none(), "the program ended: {log}");
        assert!(!log.contains("panicked") && !log.contains("RUST_BACKTRACE"), "{log}");
        for secret in &program.secrets {
            assert!(!log.contains(secret.as_str()), "a secret is in the log: {log}");
        }
        program.stop();
    }
}

/// The program as a process.
struct Program {
    address: SocketAddr,
    folder: tempfile::TempDir,
    log: PathBuf,
    environment: Vec<(&'static str, String)>,
    secrets: Vec<String>,
    child: Option<Child>,
    pool: Option<SqlitePool>,
}

impl Program {
    fn prepare(github: &GithubSim, slack: &SlackSim, keys: &Value) -> Arc<Mutex<Self>> {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let key = |group: &str, name: &str| keys[group][name].as_str().unwrap().to_owned();
        let webhook_secrets = [key("github_webhook", "main"), key("github_webhook", "previous")];
        let identity = folder.path().join("people.toml");
        fs::write(&identity, links(github)).unwrap();
        let environment = vec![
            ("SERVER__LISTEN", address.to_string()),
            ("SERVER__API_TOKEN", API_TOKEN.to_owned()),
            ("DATABASE__URL", format!("sqlite://{}", database_file(folder.path()).display())),
            ("GITHUB__API_URL", github.api_url()),
            ("GITHUB__WEB_URL", github.web_url()),
            ("GITHUB__APP_ID", github.app_id().to_string()),
            ("GITHUB__PRIVATE_KEY", github.private_key_pem()),
            ("GITHUB__WEBHOOK_SECRET", webhook_secrets.join("\n")),
            ("SLACK__API_URL", slack.api_url()),
            ("SLACK__BOT_TOKEN", slack.bot_token()),
            ("SLACK__SIGNING_SECRET", slack.signing_secret()),
            ("SLACK__APP_ID", slack.app_id()),
            ("SLACK__TEAM_ID", slack.team_id()),
            ("SLACK__CHANNEL", CHANNEL.to_owned()),
            ("SLACK__MESSAGES_PER_SECOND", "1000".to_owned()),
            ("IDENTITY__FILE", identity.display().to_string()),
        ];
        let mut secrets = vec![slack.signing_secret(), slack.bot_token(), API_TOKEN.to_owned()];
        secrets.extend(webhook_secrets);
        let log = folder.path().join("log");
        Arc::new(Mutex::new(Self { address, folder, log, environment, secrets, child: None, pool: None }))
    }

    fn set(&mut self, settings: &[(&'static str, &str)]) {
        for (name, value) in settings {
            self.environment.retain(|(known, _)| known != name);
            self.environment.push((name, (*value).to_owned()));
        }
    }

    fn start(&mut self) {
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.arg("serve").env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in &self.environment {
            command.env(format!("COUNTERSIGN_{name}"), value);
        }
        self.child = Some(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(self.address).is_err() {
            let log = || fs::read_to_string(&self.log).unwrap_or_default();
            assert!(Instant::now() < until, "the program does not listen: {}", log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.pool = None;
    }

    fn start_anew(&mut self) {
        self.stop();
        let file = database_file(self.folder.path());
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", file.display()));
        }
        self.start();
    }

    fn database(&mut self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(database_file(self.folder.path())).read_only(true);
        self.pool.get_or_insert_with(|| SqlitePool::connect_lazy_with(options)).clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

fn database_file(folder: &Path) -> PathBuf {
    folder.join("countersign.db")
}

fn links(github: &GithubSim) -> String {
    let link = |(slack, login): &(&str, &str)| {
        let id = github.read(|state| state.account_by_login(login).unwrap().id);
        format!(
            "[[person]]\ngithub_id = {id}\ngithub_login = \"{login}\"\nslack_team = \"T0ACME\"\nslack_user = \"{slack}\"\n"
        )
    };
    LINKS.iter().map(link).collect()
}

fn people_of_the_corpus(keys: &Value) -> State {
    let mut state = workspace::workspace();
    state.install.app_id = "A0COUNTER".to_owned();
    state.install.signing_secret = keys["slack"]["main"].as_str().unwrap().to_owned();
    let member = |id: &str| User {
        id: id.to_owned(),
        name: id.to_lowercase(),
        real_name: id.to_owned(),
        team_id: workspace::TEAM.to_owned(),
        ..User::default()
    };
    for id in ["U0ALICE", "U0DANA", "U0ERIN", "U0MALLORY"] {
        state.users.insert(id.to_owned(), member(id));
    }
    let members = state.users.keys().cloned().collect();
    let channel = Channel { id: CHANNEL.to_owned(), name: "ml-deploys".to_owned(), members, ..Channel::default() };
    state.channels.insert(CHANNEL.to_owned(), channel);
    state
}

/// Whoever connects to the first address gets the counts, to the second a program started anew.
async fn serve_commands(program: &Arc<Mutex<Program>>) -> (SocketAddr, SocketAddr) {
    let [counts, reset] = [
        tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(),
        tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(),
    ];
    let addresses = (counts.local_addr().unwrap(), reset.local_addr().unwrap());
    let counted = Arc::clone(program);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = counts.accept().await {
            let database = counted.lock().unwrap().database();
            stream.write_all(count(&database).await.to_string().as_bytes()).await.unwrap();
        }
    });
    let program = Arc::clone(program);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = reset.accept().await {
            let program = Arc::clone(&program);
            tokio::task::spawn_blocking(move || program.lock().unwrap().start_anew()).await.unwrap();
            stream.write_all(b"anew").await.unwrap();
        }
    });
    addresses
}

/// Numbers of rows, once nothing received is due any more.
async fn count(database: &SqlitePool) -> Value {
    for _ in 0..250 {
        let now = Clock::System.now().as_millis();
        let due = "SELECT COUNT(*) FROM delivery WHERE done_ms IS NULL AND due_ms <= $1";
        let due: i64 = sqlx::query_scalar(due).bind(now).fetch_one(database).await.unwrap();
        if due == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (deliveries, requests, votes): (i64, i64, i64) = sqlx::query_as(COUNTS).fetch_one(database).await.unwrap();
    json!({"deliveries": deliveries, "requests": requests, "votes": votes})
}

/// An ask that was read and waits for GitHub to answer counts as a request, however often it was delivered. A slash
/// command is stored like everything readable; the corpus knows none. The simulated GitHub tells of its jobs and runs
/// whenever they move, which is no doing of the corpus.
const COUNTS: &str = "SELECT
    (SELECT COUNT(*) FROM delivery WHERE source <> 'chat_command' 
        AND event NOT IN ('deployment', 'deployment_status', 'deployment_review', 'workflow_run', 'workflow_job', 'installation')),
    (SELECT COUNT(*) FROM request) + (SELECT COUNT(DISTINCT body_digest) FROM delivery
        WHERE source = 'forge' AND event = 'deployment_protection_rule' AND done_ms IS NULL),
    (SELECT COUNT(*) FROM vote)";

/// Connects, waits and prints what comes: a shell command without any tool but bash.
fn listen_to(address: SocketAddr) -> String {
    format!("bash -c 'cat < /dev/tcp/127.0.0.1/{}'", address.port())
}

fn approve_value(node: &Value) -> Option<String> {
    if node["action_id"] == "approve" {
        return node["value"].as_str().map(str::to_owned);
    }
    match node {
        Value::Array(items) => items.iter().find_map(approve_value),
        Value::Object(members) => members.values().find_map(approve_value),
        _ => None,
    }
}
