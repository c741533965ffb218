//! Eight requests from trivial to horrible, as they are drawn for Slack, looked at in a browser: nothing runs off a phone's
//! screen, every control has a name, and everything can be read in the dark.

use countersign::domain::Timestamp;
use countersign::domain::calendar::Daily;
use countersign::ports::Clock;
use countersign::report::chart::{Point, chart};
use countersign::sim::slack::sample::{BOT, BOT_USER, RELEASES};
use countersign::sim::slack::state::File;
use countersign::sim::slack::{Message, State};
use countersign::sim::world::WorldOptions;
use serde_json::Value;

use super::Demo;
use super::driver::Browser;

/// People of a group that can be listed: whoever may be asked is known.
const LISTED: &str = "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\nenvironments:\n  production:\n    \
     gates: [{ name: Review, group: reviewers, quorum: 1 }]\n";

/// An approval asks for a comment and for a tick beside each flag.
const WORDY: &str = "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\nenvironments:\n  production:\n    \
     approve: { comment: required, tick: true }\n    gates: [{ name: Review, group: reviewers, quorum: 1 }]\n";

const EIGHT: [&str; 8] = ["trivial", "good", "risky", "contested", "rollback", "first", "past_the_gates", "monstrous"];

/// As the message's own tests keep it.
fn message(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/slack/message/snapshots");
    let kept = format!("{folder}/countersign__slack__message__tests__{name}_drawn.snap");
    let kept = std::fs::read_to_string(kept).unwrap();
    serde_json::from_str(kept.splitn(3, "---").nth(2).unwrap()).unwrap()
}

/// The channel holds this one message and nothing else.
fn show(state: &mut State, name: &str) {
    let drawn = message(name);
    let ts = state.next_ts(Timestamp::from_seconds(1_795_348_800));
    state.messages.clear();
    state.messages.push(Message {
        channel: RELEASES.into(),
        ts,
        user: BOT_USER.into(),
        bot_id: Some(BOT.into()),
        text: drawn["text"].as_str().unwrap().into(),
        blocks: drawn["blocks"].as_array().unwrap().clone(),
        ..Message::default()
    });
    let point = |value: &str| Point { value: value.into(), when: String::new() };
    let points = ["0.897", "0.912", "0.905", "0.927"].map(point);
    let png = chart("accuracy", &points, "0.913").unwrap().png;
    state.files.insert("chart".into(), File { id: "F0CHART".into(), bytes: png, is_complete: true, ..File::default() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_requests_fit_a_phone_have_names_and_can_be_read_in_the_dark() {
    let (demo, browser) = (Demo::idle().await, Browser::start().await);
    browser.open(&demo.address("?as=octocat")).await;
    for name in EIGHT {
        demo.page.world().slack.edit(|state| show(state, name));
        let header = message(name)["blocks"][0]["text"]["text"].as_str().unwrap().to_owned();
        browser.wait_for_text("#channel .sk-header", &header).await;
        browser.wait_to_fit("#channel").await;
        browser.every_control_has_a_name("#channel").await;
        for scheme in ["light", "dark"] {
            browser.wait_to_be_readable("#channel", scheme).await;
        }
        browser.photograph_whole(&format!("eight-{name}"), "#channel").await;
    }
    browser.end().await;
    demo.close().await;
}

/// Home, preferences, commands and shortcuts: a person in the demo reaches all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_commands_and_preferences_are_reached_from_the_page() {
    let (demo, browser) = (Demo::idle().await, Browser::start().await);
    let world = demo.page.world();
    world.github.edit(|state| state.set_policy(world.sample.repository, Some(LISTED)));
    browser.open(&demo.address("?as=octocat")).await;
    browser.click("[data-start=risky]").await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    browser.type_into("#command-text", "pending").await;
    browser.click("#command [type=submit]").await;
    browser.wait_for_text("#channel .private", "Yours to decide").await;
    looks_right(&browser, "#channel", "command").await;

    browser.click("[data-room=home]").await;
    browser.wait_for_text("#channel", "Yours to decide").await;
    looks_right(&browser, "#channel", "home").await;
    browser.click("#channel [data-action-id=preferences]").await;
    browser.wait_for_text("#screen .sk-modal h2", "How I am told").await;
    looks_right(&browser, "#screen .sk-modal-body", "preferences").await;
    browser.click("#screen input[value=direct]").await;
    browser.click("#screen [type=submit]").await;
    browser.wait_for_count("#screen .sk-modal", 0).await;

    browser.click("[data-start=good]").await;
    browser.click("[data-room=messages]").await;
    browser.wait_for_text("#channel .sk-message", "You can decide this").await;
    looks_right(&browser, "#channel", "direct").await;

    browser.click("[data-room=channel]").await;
    browser.click("#shortcuts [data-shortcut=pending_approvals]").await;
    browser.wait_for_text("#screen .sk-modal h2", "Pending approvals").await;
    looks_right(&browser, "#screen .sk-modal-body", "pending").await;
    browser.press_escape().await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.end().await;
    demo.close().await;
}

/// The form that asks for a comment and a word on each flag, and the digest of the day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_that_takes_words_and_the_digest_of_the_day_are_seen() {
    let later = Timestamp::from_millis(Clock::System.now().as_millis() + 30 * 60_000).to_rfc3339();
    let (_, time) = later.split_once('T').unwrap();
    let digest = Daily::parse(&format!("{} UTC", &time[..5])).ok();
    let demo = Demo::with(WorldOptions { digest, ..WorldOptions::pushed() }, "nothing").await;
    let (browser, world) = (Browser::start().await, demo.page.world());
    world.github.edit(|state| state.set_policy(world.sample.repository, Some(WORDY)));
    browser.open(&demo.address("?as=octocat")).await;
    browser.click("[data-start=risky]").await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    browser.click("#channel .sk-actions > .sk-primary").await;
    browser.wait_for_text("#screen .sk-modal h2", "Approve").await;
    looks_right(&browser, "#screen .sk-modal-body", "approve").await;
    browser.press_escape().await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.click("[data-start=good]").await;
    browser.wait_for_count("#channel .sk-header", 2).await;
    browser.click("[data-push=\"3600000\"]").await;
    browser.wait_for_text("#channel .sk-header", "Deployments on").await;
    looks_right(&browser, "#channel", "digest").await;
    browser.end().await;
    demo.close().await;
}

async fn looks_right(browser: &Browser, css: &str, scene: &str) {
    browser.wait_to_fit(css).await;
    browser.every_control_has_a_name(css).await;
    for scheme in ["light", "dark"] {
        browser.wait_to_be_readable(css, scheme).await;
    }
    browser.photograph(scene).await;
}
