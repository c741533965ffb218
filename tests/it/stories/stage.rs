//! The stage: a world and the moves that stories are made of.

use std::time::Duration;

use countersign::config::OAuthAccess;
use countersign::domain::{Phase, Request, Telling, Verdict};
use countersign::sim::github::{DecisionPost, Dispatch};
use countersign::sim::http::{self, Response};
use countersign::sim::slack::sample::{CLIENT_ID, CLIENT_SECRET, OCTO, RELEASES};
use countersign::sim::slack::{Clicked, Message, SlackSim, Submitted, View};
use countersign::sim::world::{World, WorldOptions};
use secrecy::SecretString;

pub struct Stage {
    pub world: World,
}

/// A world by hand, with its sample.
pub async fn stage() -> Stage {
    stage_with(|_| {}).await
}

pub async fn stage_with(change: impl FnOnce(&mut WorldOptions)) -> Stage {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut options = WorldOptions::by_hand();
    change(&mut options);
    Stage { world: World::start(options).await.unwrap() }
}

impl Stage {
    /// The same server without a token: the app has to be installed by consent. Tokens end after twelve hours where they
    /// rotate.
    pub async fn without_token(mut self, rotates: bool) -> Self {
        let address = self.world.address().unwrap();
        self.world.slack.edit(|state| state.oauth.rotates = rotates);
        let slack = &mut self.world.settings.slack;
        slack.bot_token = SecretString::default();
        slack.oauth = Some(OAuthAccess {
            client_id: CLIENT_ID.to_owned(),
            client_secret: SecretString::from(CLIENT_SECRET),
            token_keys: vec![vec![7; 32].into()],
            public_url: format!("http://{address}").parse().unwrap(),
        });
        self.world.restart().await.unwrap();
        self
    }

    /// Starts a deployment and lets everything settle that is due at once.
    pub async fn deploy(&self, dispatch: Dispatch) -> u64 {
        let run = self.world.github.dispatch(dispatch);
        self.settle().await;
        run
    }

    /// The good change, one job to production.
    pub async fn deploy_good(&self) -> u64 {
        self.deploy(self.world.sample.good_change()).await
    }

    /// Puts a policy file on the default branch.
    pub fn write_policy(&self, policy: &str) {
        self.world.github.edit(|state| state.set_policy(self.world.sample.repository, Some(policy)));
    }

    /// Puts a policy file into the owner's repository of policies, which is made where it is not there yet.
    pub fn write_owners_policy(&self, policy: &str) {
        let repository = self.world.github.edit(|state| {
            let sample = &self.world.sample;
            let repository = state.add_repository(sample.owner, ".github");
            if let Some(installation) = state.installations.get_mut(&sample.installation) {
                installation.repositories.insert(repository);
            }
            repository
        });
        self.world.github.edit(|state| state.set_policy(repository, Some(policy)));
    }

    /// The newest commit of the default branch.
    pub fn head(&self) -> String {
        self.world.github.read(|state| state.repository(self.world.sample.repository).branches["main"].clone())
    }

    pub async fn settle(&self) {
        self.world.settle().await.unwrap();
    }

    pub async fn advance(&self, ms: i64) {
        self.world.advance(ms).await.unwrap();
    }

    /// The only message of the channel.
    pub fn message(&self) -> Message {
        let messages = self.world.slack.messages(RELEASES);
        assert_eq!(messages.len(), 1, "one request, one message");
        messages.into_iter().next().unwrap()
    }

    pub fn has_button(&self, action: &str) -> bool {
        serde_json::to_string(&self.message().blocks).unwrap().contains(&format!("\"action_id\":\"{action}\""))
    }

    /// Presses a button of the only message and lets everything settle.
    pub async fn press(&self, user: &str, action: &str) -> Clicked {
        let message = self.message();
        let clicked = self.world.slack.click(user, RELEASES, &message.ts, action).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.settle().await;
        clicked
    }

    /// Presses Approve on the message as a client saw it before it changed.
    pub async fn press_as_seen(&self, user: &str, action: &str, value: &str) -> Clicked {
        let message = self.message();
        let clicked = self.world.slack.click_as_seen(user, RELEASES, &message.ts, action, value).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.settle().await;
        clicked
    }

    /// The same on one of several messages.
    pub async fn press_on(&self, ts: &str, user: &str, action: &str) {
        let clicked = self.world.slack.click(user, RELEASES, ts, action).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.settle().await;
    }

    /// Chooses an entry of the only message's menu, by what people read.
    pub async fn choose(&self, user: &str, label: &str) {
        let message = self.message();
        let value = menu_value(&message.blocks, label).unwrap_or_else(|| panic!("no `{label}` in the menu"));
        let clicked = self.world.slack.click_option(user, RELEASES, &message.ts, "menu", &value).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.settle().await;
    }

    /// Presses a button of the open modal.
    pub async fn press_in_view(&self, user: &str, action: &str) {
        let view = self.view(user);
        let clicked = self.world.slack.click_in_view(user, &view.id, action).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.settle().await;
    }

    /// The modal on somebody's screen.
    pub fn view(&self, user: &str) -> View {
        self.world.slack.views(user).pop().expect("a modal is open")
    }

    /// Fills in the open modal and submits it.
    pub async fn submit(&self, user: &str, values: &[(&str, &str)]) -> Submitted {
        let submitted = self.world.slack.submit(user, &self.view(user).id, values).await;
        assert!(submitted.delivery.is_acknowledged(), "{submitted:?}");
        self.settle().await;
        submitted
    }

    /// Denies through the modal.
    pub async fn deny(&self, user: &str, reason: &str) {
        self.press(user, "deny").await;
        self.submit(user, &[("reason", reason)]).await;
    }

    /// Delivers a webhook by hand, rightly signed.
    pub async fn deliver(&self, guid: &str, event: &str, body: &[u8]) -> u16 {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.world.github.webhook_secret().as_bytes()).unwrap();
        mac.update(body);
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let headers = [
            ("content-type", "application/json"),
            ("x-github-event", event),
            ("x-github-delivery", guid),
            ("x-hub-signature-256", signature.as_str()),
        ];
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = format!("http://{}/github/webhooks", self.world.address().unwrap());
        let answer =
            countersign::sim::http::post(&url, &headers, body, std::time::Duration::from_secs(10)).await.unwrap();
        answer.status
    }

    /// What somebody was told privately since the last look.
    pub fn told(&self, user: &str) -> String {
        let answers = self.world.slack.read_ephemerals(user);
        answers.iter().map(|answer| answer.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    pub async fn request(&self) -> Request {
        let mut requests = self.world.requests().await.unwrap();
        assert_eq!(requests.len(), 1, "one request");
        requests.remove(0)
    }

    pub async fn verdict(&self) -> Option<Verdict> {
        self.request().await.decision().map(|decision| decision.verdict)
    }

    /// Decisions that the forge took for production.
    pub fn taken(&self, run: u64) -> Vec<DecisionPost> {
        let posts = self.world.github.decisions(run, "production");
        posts.into_iter().filter(|post| post.status == 204).collect()
    }

    /// Everything the thread of the only message says.
    pub fn thread(&self) -> String {
        let replies = self.world.slack.thread(RELEASES, &self.message().ts);
        replies.iter().map(|reply| reply.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Approves as octocat and waits until the forge has the decision.
    pub async fn approve(&self) {
        self.press(OCTO, "approve").await;
        self.advance(3_000).await;
    }

    pub fn conclusion(&self, run: u64) -> Option<String> {
        self.world.github.run(run).and_then(|run| run.latest().and_then(|attempt| attempt.conclusion.clone()))
    }

    pub async fn is_delivered(&self) -> bool {
        self.request().await.decision().is_some_and(|decision| matches!(decision.telling, Telling::Delivered { .. }))
    }

    pub async fn is_open(&self) -> bool {
        self.request().await.phase == Phase::Open
    }

    /// Delivers one of Slack's events by hand, rightly signed.
    pub async fn deliver_event(&self, body: &serde_json::Value) -> u16 {
        let (body, timestamp) = (body.to_string(), self.world.clock.now().as_seconds().to_string());
        let signed =
            countersign::sim::slack::signature(&self.world.slack.signing_secret(), &timestamp, body.as_bytes());
        let headers = [("x-slack-request-timestamp", timestamp), ("x-slack-signature", signed)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        let url = format!("http://{}/slack/events", self.world.address().unwrap());
        let patience = std::time::Duration::from_secs(10);
        countersign::sim::http::post(&url, &headers, body.as_bytes(), patience).await.unwrap().status
    }

    /// What `/readyz` says.
    pub async fn ready(&self) -> serde_json::Value {
        let url = format!("http://{}/readyz", self.world.address().unwrap());
        let patience = std::time::Duration::from_secs(5);
        let answer = countersign::sim::http::request("GET", &url, &[], b"", patience).await.unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The names of all rows of the record.
    pub async fn record_names(&self) -> Vec<String> {
        let rows = self.world.engine().unwrap().store.audit_rows(0, 1_000).await.unwrap();
        rows.into_iter().map(|row| row.name).collect()
    }

    pub async fn finish(self) {
        self.world.finish().await.unwrap();
    }
}

pub async fn get(url: &str, cookie: Option<&str>) -> Response {
    let headers: Vec<_> = cookie.iter().map(|cookie| ("Cookie".to_owned(), (*cookie).to_owned())).collect();
    http::request("GET", url, &headers, b"", Duration::from_secs(5)).await.unwrap()
}

/// Begins a consent, and gives Slack's page and what the browser keeps.
pub async fn begin_consent(stage: &Stage) -> (String, String) {
    let begun = get(&format!("http://{}/slack/install", stage.world.address().unwrap()), None).await;
    assert_eq!(begun.status, 302);
    let cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    (begun.header("location").unwrap().to_owned(), cookie)
}

/// Somebody lets the app into their workspace.
pub async fn install(stage: &Stage, workspace: &SlackSim, user: &str) {
    let (page, cookie) = begin_consent(stage).await;
    let back = workspace.consent(user, &page, true).unwrap();
    let answer = get(&back, Some(&cookie)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
}

/// The value of a menu's entry, by its label.
fn menu_value(blocks: &[serde_json::Value], label: &str) -> Option<String> {
    let elements = blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let options = elements.filter_map(|element| element["options"].as_array()).flatten();
    let mut named = options.filter(|option| option["text"]["text"] == label);
    named.next()?["value"].as_str().map(str::to_owned)
}

/// A policy of one gate for everybody with write access, and more lines for the environment.
pub fn one_gate(quorum: u32, more: &str) -> String {
    format!(
        "version: 1\ngroups:\n  reviewers: {{ permission: write }}\nenvironments:\n  production:\n    \
         gates: [{{ name: Review, group: reviewers, quorum: {quorum} }}]\n{more}"
    )
}

/// More lines for such a policy: who may break the glass, and who reviews that.
pub const GLASS: &str = "    break_glass: { group: reviewers, review: { within: 1h, by: reviewers } }\n";
