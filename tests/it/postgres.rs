//! A PostgreSQL to test on: the one at `COUNTERSIGN_TEST_POSTGRES_URL`, or a throw-away one on a socket of its own.
//!
//! The throw-away server is started once per test process, by a shell that waits for the end of its input: however the
//! test process ends, the pipe closes, the server stops and its files go.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A new, empty database of its own; its URL.
pub async fn database() -> String {
    let server = server_url();
    let name = format!("countersign_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(server.as_str()).await.expect("connect to the test server");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("make a database");
    connection.close().await.expect("leave the test server");
    let mut url = server;
    url.set_path(&name);
    url.to_string()
}

fn server_url() -> url::Url {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let text = match std::env::var("COUNTERSIGN_TEST_POSTGRES_URL") {
        Ok(url) => url,
        Err(_) => CLUSTER.get_or_init(Cluster::start).url.clone(),
    };
    text.parse().expect("COUNTERSIGN_TEST_POSTGRES_URL is a URL such as postgres://user@host/postgres")
}

struct Cluster {
    url: String,
    /// Its open input keeps the server running.
    _shell: Child,
}

const SOCKET: &str = ".s.PGSQL.5432";

/// Runs the server until the input ends, then removes its files.
const SCRIPT: &str = r#"
"$@" & server=$!
cat > /dev/null
kill -INT $server
wait $server
rm -rf "$FOLDER"
"#;

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let folder =
            tempfile::Builder::new().prefix("countersign-pg-").tempdir().expect("a folder for PostgreSQL").keep();
        let user = unprivileged_user(&folder);
        let data = folder.join("data");
        let made = as_user(user, &programs.join("initdb"))
            .args(["--username=countersign", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let shell = start_server(user, &programs, &folder, &data);
        wait_for(&folder);
        let url = format!("postgres://countersign@localhost/postgres?host={}", folder.display());
        Self { url, _shell: shell }
    }
}

fn start_server(user: Option<&str>, programs: &Path, folder: &Path, data: &Path) -> Child {
    let server = as_user(user, &programs.join("postgres"));
    let log = fs::File::create(folder.join("log")).expect("a log file");
    Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300", "-c", "shared_buffers=32MB"])
        .env("FOLDER", folder)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a second handle of the log"))
        .stderr(log)
        .spawn()
        .expect("the server starts")
}

fn wait_for(folder: &Path) {
    for _ in 0..1_500 {
        if UnixStream::connect(folder.join(SOCKET)).is_ok()
            && folder.join("data/postmaster.pid").exists()
            && is_ready(folder)
        {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL did not start within 30 s: {log}");
}

/// The last line of the server's pid file says whether it takes connections.
fn is_ready(folder: &Path) -> bool {
    fs::read_to_string(folder.join("data/postmaster.pid"))
        .is_ok_and(|text| text.lines().any(|line| line.trim() == "ready"))
}

/// PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`, who gets the folder.
fn unprivileged_user(folder: &Path) -> Option<&'static str> {
    if fs::metadata(folder).expect("the folder is there").uid() != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").expect("the list of accounts");
    let find = |name: &str| accounts.lines().find(|line| line.starts_with(&format!("{name}:"))).map(str::to_owned);
    let (user, line) =
        ["postgres", "nobody"].into_iter().find_map(|name| Some((name, find(name)?))).expect("an unprivileged account");
    let id = line.split(':').nth(2).and_then(|id| id.parse().ok()).expect("the account's id");
    chown(folder, Some(id), None).expect("give the folder away");
    Some(user)
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    // runuser ends when told to and leaves the server running: setpriv becomes the server.
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--clear-groups", "--inh-caps=-all"]).arg(program);
    command
}

/// Where initdb and postgres are; as root, they are installed where they are missing.
fn programs() -> PathBuf {
    if let Some(found) = find_programs() {
        return found;
    }
    let installed =
        Command::new("apt-get").args(["install", "-y", "postgresql"]).env("DEBIAN_FRONTEND", "noninteractive").output();
    let said =
        installed.map_or_else(|error| error.to_string(), |out| String::from_utf8_lossy(&out.stderr).into_owned());
    find_programs().unwrap_or_else(|| {
        panic!(
            "these tests need PostgreSQL: install it (apt-get install postgresql) or set COUNTERSIGN_TEST_POSTGRES_URL \
             to a server where databases may be made; installing it said: {said}"
        )
    })
}

fn find_programs() -> Option<PathBuf> {
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_both = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    debian.chain(std::env::split_paths(&path)).find(has_both)
}
