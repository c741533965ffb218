//! Stoplight Prism between our client and GitHub's own API document: as a GitHub itself, and in front of the simulated one.

mod mock;
mod proxy;

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign::sim::http;

use super::references;

/// A running Prism; it ends with the value.
pub struct Prism {
    pub url: String,
    log: PathBuf,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Prism {
    /// Answers by itself; what does not fit the document is an error answer.
    pub fn mock(document: &str) -> Self {
        Self::start(&["mock", "--errors"], document, None)
    }

    /// Passes everything on, and writes into its log what does not fit the document.
    pub fn proxy(document: &str, upstream: &str) -> Self {
        Self::start(&["proxy"], document, Some(upstream))
    }

    fn start(mode: &[&str], document: &str, upstream: Option<&str>) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/node_modules/.bin/prism");
        assert!(program.exists(), "npm ci in tests/conformance brings Prism");
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let output = File::create(&log).unwrap();
        let child = Command::new(program)
            .args(mode)
            .args(["-h", "127.0.0.1", "-p", &address.port().to_string()])
            .arg(references::folder().join(document))
            .args(upstream)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .expect("Prism starts");
        let prism = Self { url: format!("http://{address}"), log, child, _folder: folder };
        prism.wait();
        prism
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(120);
        while !self.log().contains("Prism is listening") {
            assert!(Instant::now() < until, "Prism does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What Prism found wrong so far, one line each. Its log lags behind: a call that leads nowhere shows when it is read.
    pub async fn violations(&self) -> Vec<String> {
        let mark = format!("/nowhere/{}", uuid::Uuid::new_v4());
        http::request("GET", &format!("{}{mark}", self.url), &[], b"", Duration::from_secs(30)).await.unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while !self.log().lines().any(|line| line.contains(&mark)) {
            assert!(Instant::now() < until, "Prism's log ends early: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = self.log();
        let wrong =
            |line: &&str| line.contains("prism/errors#") || (line.contains("[VALIDATOR]") && line.contains("error"));
        log.lines().filter(wrong).filter(|line| !line.contains("/nowhere/")).map(str::to_owned).collect()
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
