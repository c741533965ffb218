//! The real program: installed in a folder of its own, started, asked, killed and started again at the same address.

use std::fmt::Write as _;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use countersign::sim::http;
use countersign::sim::slack::SlackSim;
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES, TEAM};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::vendors::Vendors;

/// However slow the machine is, nothing that ends at all takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

const DATABASE: &str = "countersign.db";

pub struct Program {
    pub address: SocketAddr,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Program {
    /// Puts settings, people and an empty folder in place. Nothing runs yet.
    pub fn install(vendors: &Vendors) -> Self {
        let mut program = Self::without_settings();
        let settings = settings(vendors, &program);
        program.environment.extend(settings);
        program
    }

    /// A folder, a free address, the place of the database, and not one of the settings a server needs.
    pub fn without_settings() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join(DATABASE).display());
        let environment = vec![("COUNTERSIGN_DATABASE__URL".to_owned(), url)];
        Self { address: free_address(), folder, environment }
    }

    /// What lets the same installation listen elsewhere: a second process over the same database.
    pub fn second_listen(&self) -> (String, String) {
        ("COUNTERSIGN_SERVER__LISTEN".to_owned(), free_address().to_string())
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The names of all files there are.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str], more: &[(String, String)]) -> Output {
        let mut command = self.command(arguments);
        let command = command.envs(more.iter().cloned()).stdin(Stdio::null()).kill_on_drop(true);
        tokio::time::timeout(PATIENCE, command.output()).await.expect("the command ends").unwrap()
    }

    /// Starts the server and does not wait for it.
    pub fn start(&self) -> Running {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut command = self.command(&["serve"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        Running { child: command.spawn().unwrap(), address: self.address }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path()).envs(self.environment.iter().cloned());
        command
    }
}

/// A test that failed is told with the program's last words.
impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.get(lines.len().saturating_sub(60)..).unwrap_or_default();
            eprintln!("the program's last words:\n{}", last.join("\n"));
        }
    }
}

pub struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    /// Waits until it takes work.
    pub async fn ready(&mut self) {
        let url = format!("http://{}/readyz", self.address);
        let start = Instant::now();
        loop {
            let answer = http::request("GET", &url, &[], b"", Duration::from_secs(2)).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended by itself: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "the program does not become ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Memory at most so far, in MiB, as the kernel tells it.
    pub fn resident_peak(&self) -> f64 {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kib: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
        kib / 1_024.0
    }

    /// SIGKILL: nothing of it runs any more afterwards.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and the end it comes to by itself.
    pub async fn terminate(mut self, within: Duration) -> ExitStatus {
        let id = self.child.id().expect("it runs");
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await.unwrap();
        assert!(sent.success());
        let ended = tokio::time::timeout(within, self.child.wait()).await;
        ended.expect("the program ends by itself").unwrap()
    }
}

/// Below the ports that the system gives to outgoing connections: one of those could take the place of a server that
/// is down for a moment.
fn free_address() -> SocketAddr {
    let candidate = || SocketAddr::from((Ipv4Addr::LOCALHOST, rand::random_range(15_000..30_000)));
    let free = |address: &SocketAddr| TcpListener::bind(address).is_ok();
    std::iter::repeat_with(candidate).take(1_000).find(free).expect("a free port")
}

fn settings(vendors: &Vendors, program: &Program) -> Vec<(String, String)> {
    let (github, slack) = (&vendors.github, &vendors.slack);
    let people = program.folder.path().join("people.toml");
    std::fs::write(&people, linked_people()).unwrap();
    let more = [
        ("SERVER__LISTEN", program.address.to_string()),
        ("GITHUB__API_URL", github.api_url()),
        ("GITHUB__WEB_URL", github.web_url()),
        ("GITHUB__APP_ID", github.app_id().to_string()),
        ("GITHUB__PRIVATE_KEY", github.private_key_pem()),
        ("GITHUB__WEBHOOK_SECRET", github.webhook_secret()),
        ("SLACK__API_URL", slack.api_url()),
        ("SLACK__BOT_TOKEN", slack.bot_token()),
        slack_door(slack),
        ("SLACK__APP_ID", slack.app_id()),
        ("SLACK__TEAM_ID", slack.team_id()),
        ("SLACK__CHANNEL", RELEASES.to_owned()),
        ("SLACK__MESSAGES_PER_SECOND", "1000".to_owned()),
        ("IDENTITY__FILE", people.display().to_string()),
        ("LOG__FILTER", "info".to_owned()),
    ];
    more.into_iter().map(|(name, value)| (format!("COUNTERSIGN_{name}"), value)).collect()
}

/// How Slack's requests come in.
fn slack_door(slack: &SlackSim) -> (&'static str, String) {
    match slack.read(|state| state.socket_mode.is_on) {
        true => ("SLACK__APP_TOKEN", slack.app_token()),
        false => ("SLACK__SIGNING_SECRET", slack.signing_secret()),
    }
}

fn linked_people() -> String {
    let mut text = String::new();
    for (user, login) in [(OCTO, "octocat"), (ANA, "ana")] {
        write!(text, "[[person]]\ngithub_login = \"{login}\"\nslack_team = \"{TEAM}\"\nslack_user = \"{user}\"\n")
            .unwrap();
    }
    text
}
