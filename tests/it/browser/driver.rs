//! Debian's Chromium, driven headless through chromedriver on a free port. Waits are bounded; nothing asserts a time.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long something may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Names a folder for pictures of every scene.
const SCREENSHOTS: &str = "COUNTERSIGN_TEST_SCREENSHOTS";

/// Texts that do not stand out enough, with what they say. Colours are composed from the page's background upwards.
const FAINT: &str = r"
const channel = (value) => { const part = value / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parts = (text) => { const found = (text.match(/[\d.]+/g) || []).map(Number); return found.length === 3 ? [...found, 1] : found; };
const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3]));
const behind = (one) => {
  const layers = [];
  for (let at = one; at; at = at.parentElement) {
    const colour = parts(getComputedStyle(at).backgroundColor);
    if (colour.length === 4 && colour[3] > 0) layers.push(colour);
  }
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
};
const faint = [];
const texts = document.createTreeWalker(document.querySelector(arguments[0]), NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const one = texts.currentNode.parentElement, text = texts.currentNode.data.trim();
  if (!text || !one.checkVisibility({ visibilityProperty: true }) || one.closest('.quiet, [disabled]')) continue;
  const back = behind(one), front = over(parts(getComputedStyle(one).color), back);
  const [bright, dark] = [light(front), light(back)].sort((a, b) => b - a);
  const ratio = (bright + 0.05) / (dark + 0.05);
  if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${one.className || one.nodeName}: ${text.slice(0, 40)}`);
}
return [...new Set(faint)].slice(0, 12);
";

/// A browser with an empty profile; ends when it is dropped.
pub(super) struct Browser {
    client: Client,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser is of the driver's process group: it must not outlive a test that failed.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

impl Browser {
    pub(super) async fn start() -> Self {
        install();
        let (driver, port) = start_driver();
        let profile = tempfile::tempdir().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let Value::Object(capabilities) = capabilities(&profile.path().display().to_string()) else { unreachable!() };
        let client = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await;
        let browser =
            Self { client: client.expect("chromedriver starts Chromium"), _driver: driver, _profile: profile };
        browser.size(1280, 900).await;
        browser
    }

    pub(super) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    pub(super) async fn is_there(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    /// Clicks as soon as it is there and can be clicked.
    pub(super) async fn click(&self, css: &str) {
        self.until(&format!("a click on `{css}`"), async || {
            let found = self.client.find(Locator::Css(css)).await;
            match found {
                Ok(element) => element.click().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    pub(super) async fn type_into(&self, css: &str, text: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    pub(super) async fn attribute(&self, css: &str, name: &str) -> String {
        let element = self.client.find(Locator::Css(css)).await.unwrap();
        element.attr(name).await.unwrap().unwrap_or_else(|| panic!("`{css}` has no {name}"))
    }

    pub(super) async fn press_escape(&self) {
        let keys = KeyActions::new("keys".to_owned());
        let press = KeyAction::Down { value: Key::Escape.into() };
        let release = KeyAction::Up { value: Key::Escape.into() };
        self.client.perform_actions(keys.then(press).then(release)).await.unwrap();
    }

    /// Waits until some element of that selector holds the text.
    pub(super) async fn wait_for_text(&self, css: &str, text: &str) {
        self.until(&format!("`{text}` in `{css}`"), async || {
            let shown = self.texts(css).await.map_err(|error| error.to_string())?;
            if shown.iter().any(|shown| shown.contains(text)) { Ok(()) } else { Err(format!("there is {shown:?}")) }
        })
        .await;
    }

    /// Clicks the element of that selector whose whole text this is.
    pub(super) async fn click_text(&self, css: &str, text: &str) {
        self.until(&format!("a click on `{text}` in `{css}`"), async || {
            let found = self.client.find_all(Locator::Css(css)).await.map_err(|error| error.to_string())?;
            for element in found {
                if element.text().await.map_err(|error| error.to_string())?.trim() == text {
                    return element.click().await.map_err(|error| error.to_string());
                }
            }
            Err("no such text".to_owned())
        })
        .await;
    }

    /// Waits until nothing in the element of that selector is wider than it, on a desktop and on a phone.
    pub(super) async fn wait_to_fit(&self, css: &str) {
        for (width, height) in [(1280, 900), (390, 844)] {
            self.emulate(width, height, "light").await;
            self.until(&format!("`{css}` to fit {width} pixels"), async || {
                let script = "const box = document.querySelector(arguments[0]); \
                              return box ? box.scrollWidth - box.clientWidth : null";
                let over = self.client.execute(script, vec![json!(css)]).await.map_err(|error| error.to_string())?;
                if over.as_i64().is_some_and(|over| over <= 1) { Ok(()) } else { Err(format!("{over} too wide")) }
            })
            .await;
        }
        self.emulate(1280, 900, "light").await;
    }

    /// Whatever can be pressed, opened or typed into has a name of its own.
    pub(super) async fn every_control_has_a_name(&self, css: &str) {
        const NAMELESS: &str = "const controls = document.querySelectorAll(arguments[0] + ' :is(button, a, summary, input, \
            select, textarea)'); \
            return [...controls].filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || \
            (one.labels && [...one.labels].some((label) => label.textContent.trim())) || one.placeholder)) \
            .map((one) => one.outerHTML.slice(0, 200))";
        let nameless = self.client.execute(NAMELESS, vec![json!(css)]).await.unwrap();
        assert_eq!(nameless, json!([]), "controls without a name in `{css}`");
    }

    /// Waits until every text in the element of that selector stands out from what is behind it: by 4.5 to 1, as WCAG 2.2 wants
    /// it of text.
    pub(super) async fn wait_to_be_readable(&self, css: &str, scheme: &str) {
        self.emulate(1280, 900, scheme).await;
        self.until(&format!("`{css}` to be readable, {scheme}"), async || {
            let faint = self.client.execute(FAINT, vec![json!(css)]).await.map_err(|error| error.to_string())?;
            if faint == json!([]) { Ok(()) } else { Err(faint.to_string()) }
        })
        .await;
        self.emulate(1280, 900, "light").await;
    }

    /// Takes pictures of everything that the element holds, as tall as that is, where somebody wants them.
    pub(super) async fn photograph_whole(&self, scene: &str, css: &str) {
        let Some(folder) = std::env::var_os(SCREENSHOTS).filter(|folder| !folder.is_empty()) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let folder = std::path::Path::new(&folder);
        let height = "const box = document.querySelector(arguments[0]); return innerHeight - box.clientHeight + box.scrollHeight";
        for (name, width, scheme) in [("desktop", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light")] {
            self.emulate(width, 900, scheme).await;
            let tall = self.client.execute(height, vec![json!(css)]).await.unwrap().as_f64().unwrap_or(900.0);
            self.emulate(width, tall.clamp(600.0, 4_000.0).ceil() as u32, scheme).await;
            std::fs::write(folder.join(format!("{scene}-{name}.png")), self.client.screenshot().await.unwrap())
                .unwrap();
        }
        self.emulate(1280, 900, "light").await;
    }

    pub(super) async fn wait_for_count(&self, css: &str, count: usize) {
        self.until(&format!("{count} of `{css}`"), async || {
            let found = self.client.find_all(Locator::Css(css)).await.map_err(|error| error.to_string())?;
            if found.len() == count { Ok(()) } else { Err(format!("there are {}", found.len())) }
        })
        .await;
    }

    /// Takes pictures at desktop and phone width, in light and dark, where somebody wants them.
    pub(super) async fn photograph(&self, scene: &str) {
        let Some(folder) = std::env::var_os(SCREENSHOTS).filter(|folder| !folder.is_empty()) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let folder = std::path::Path::new(&folder);
        for (name, width, height, scheme) in
            [("desktop", 1280, 900, "light"), ("dark", 1280, 900, "dark"), ("phone", 390, 844, "light")]
        {
            self.emulate(width, height, scheme).await;
            std::fs::write(folder.join(format!("{scene}-{name}.png")), self.client.screenshot().await.unwrap())
                .unwrap();
            if name == "phone" && self.is_there("[data-show=github]").await && !self.is_there("#screen .sk-modal").await
            {
                self.client.execute("show('github')", Vec::new()).await.unwrap();
                std::fs::write(
                    folder.join(format!("{scene}-{name}-github.png")),
                    self.client.screenshot().await.unwrap(),
                )
                .unwrap();
                self.client.execute("show('channel')", Vec::new()).await.unwrap();
            }
        }
        self.emulate(1280, 900, "light").await;
    }

    /// Ends the browser and its driver.
    pub(super) async fn end(self) {
        self.client.close().await.unwrap();
    }

    async fn size(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// Windows have a least width; a phone's is emulated.
    async fn emulate(&self, width: u32, height: u32, scheme: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
            }),
        )
        .await;
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )
        .await;
        tokio::time::sleep(LOOK_EVERY * 3).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.client.issue_cmd(DevTools { command: command.to_owned(), parameters }).await.unwrap();
    }

    async fn texts(&self, css: &str) -> Result<Vec<String>, CmdError> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((found) => found.textContent)";
        let found = self.client.execute(script, vec![json!(css)]).await?;
        Ok(serde_json::from_value(found).unwrap_or_default())
    }

    async fn until(&self, what: &str, attempt: impl AsyncFn() -> Result<(), String>) {
        let mut last = String::new();
        let tries = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
        for _ in 0..tries {
            match attempt().await {
                Ok(()) => return,
                Err(why) => last = why,
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("{what} did not come: {last}");
    }
}

/// Chromedriver's way to Chromium's own protocol.
#[derive(Debug)]
struct DevTools {
    command: String,
    parameters: Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", id.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

fn capabilities(profile: &str) -> Value {
    let data = format!("--user-data-dir={profile}");
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        &data,
    ];
    json!({ "browserName": "chrome", "goog:chromeOptions": { "args": arguments } })
}

/// Chromedriver says which port it took.
fn start_driver() -> (Driver, u16) {
    let mut command = Command::new("chromedriver");
    let mut child = command
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let said = BufReader::new(child.stdout.take().unwrap());
    let driver = Driver(child);
    for line in said.lines() {
        let line = line.unwrap();
        let port = line.rsplit_once("on port ").and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
        if let Some(port) = port.filter(|_| line.contains("started successfully")) {
            return (driver, port);
        }
    }
    panic!("chromedriver ended before it served");
}

/// Installs the browser from Debian where it is missing and that is possible.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if has("chromium") && has("chromedriver") {
            return;
        }
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        assert!(
            is_root && has("apt-get"),
            "the browser tests need Debian's packages `chromium` and `chromium-driver`: install them, or run as root"
        );
        for arguments in [
            ["update", "--quiet"].as_slice(),
            &["install", "--yes", "--quiet", "--no-install-recommends", "chromium", "chromium-driver"],
        ] {
            let done = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
            assert!(
                done.is_ok_and(|status| status.success()),
                "apt-get {arguments:?} failed: install `chromium` and `chromium-driver` by hand"
            );
        }
    });
}

fn has(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
