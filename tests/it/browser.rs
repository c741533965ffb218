//! The demo's page in a real browser: what somebody sees who opens it, and what their clicks do.
//!
//! With `COUNTERSIGN_TEST_SCREENSHOTS=folder` every scene is photographed there, at desktop and phone width.

mod driver;
mod eight;

use std::net::SocketAddr;

use countersign::sim::github::Access;
use countersign::sim::github::sample::BO;
use countersign::sim::page::{self, Page};
use countersign::sim::world::{World, WorldOptions};
use tokio_util::sync::CancellationToken;

use driver::Browser;

/// The demo on a free port.
struct Demo {
    page: Page,
    stop: CancellationToken,
}

impl Demo {
    async fn open() -> Self {
        Self::starting("risky").await
    }

    /// Nothing is deployed until somebody starts it.
    async fn idle() -> Self {
        Self::starting("nothing").await
    }

    /// With one of the offered deployments under way.
    async fn starting(first: &str) -> Self {
        Self::with(WorldOptions::live(), first).await
    }

    async fn with(options: WorldOptions, first: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = World::start(options).await.unwrap();
        let (offers, stop) = (page::offers_of_sample(&world.sample), CancellationToken::new());
        let page = Page::open(world, SocketAddr::from(([127, 0, 0, 1], 0)), offers, first, stop.clone()).await.unwrap();
        Self { page, stop }
    }

    fn address(&self, query: &str) -> String {
        format!("http://{}/{query}", self.page.address)
    }

    async fn close(self) {
        self.stop.cancel();
        self.page.closed().await;
    }
}

const APPROVE: &str =
    "#channel [popover]:popover-open [data-action-id=approve], #channel .sk-actions > [data-action-id=approve]";

/// Presses Approve on the newest message, and says yes if it asks back.
async fn approve(browser: &Browser) {
    browser.click("#channel .messages > li:last-of-type .sk-actions > .sk-primary").await;
    if browser.is_there("#channel [popover]:popover-open").await {
        browser.photograph("confirm").await;
        browser.click(APPROVE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_seen_on_both_sides_until_it_is_live() {
    let (demo, browser) = (Demo::open().await, Browser::start().await);
    browser.open(&demo.address("?as=octocat")).await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    browser.photograph("open").await;

    browser.click("[data-start=good]").await;
    browser.wait_for_text("#channel .messages > li:last-of-type .sk-header", "approval needed").await;
    browser.wait_for_count("#channel .messages > li", 2).await;
    approve(&browser).await;
    browser.wait_for_text("#channel .sk-header", "is live in production").await;
    browser.wait_for_text("#channel .sk-broadcast-reply", "replied to a thread").await;
    browser.wait_for_text("#run .facts .state", "Success").await;
    browser.wait_for_text("#run .said[data-kind=approved] .comment", "octocat").await;
    browser.wait_for_text("#channel .thread", "after the decision").await;
    browser.photograph("live").await;

    browser.click("#run .record-link a").await;
    browser.wait_for_text(".verified", "Verified").await;
    browser.wait_for_text(".record table", "votes to approve").await;
    browser.photograph("record").await;
    browser.end().await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_asks_why_and_the_reason_is_on_the_runs_page() {
    let (demo, browser) = (Demo::open().await, Browser::start().await);
    browser.open(&demo.address("?as=ana")).await;
    browser.click("#channel .sk-actions > .sk-danger").await;
    browser.wait_for_text("#screen .sk-modal h2", "Deny").await;
    browser.photograph("deny").await;
    browser.type_into("#screen textarea", "accuracy fell by four points").await;
    browser.click("#screen [type=submit]").await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.wait_for_text("#run .said[data-kind=rejected] .comment", "accuracy fell by four points").await;
    browser.wait_for_text("#run .facts .state", "Failed").await;
    browser.wait_for_text("#channel .sk-header", "denied").await;
    browser.photograph("denied").await;
    browser.click("[data-as=mona]").await;
    browser.wait_for_text("#channel .sk-direct", "accuracy fell by four points").await;
    browser.photograph("told").await;
    browser.end().await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_is_answered_where_only_they_can_see_it() {
    let (demo, browser) = (Demo::open().await, Browser::start().await);
    browser.open(&demo.address("?as=bo")).await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    approve(&browser).await;
    browser.wait_for_text("#channel .private", "Your click changed nothing").await;
    browser.photograph("outsider").await;
    browser.click("[data-as=mona]").await;
    browser.wait_for_count("#channel .private", 0).await;
    browser.wait_for_text("#run .facts .state", "Waiting for review").await;
    browser.click("#channel [data-action-id=changes]").await;
    browser.wait_for_text("#screen .sk-modal h2", "What changes").await;
    browser.photograph("changes").await;
    browser.press_escape().await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.click("[data-start=matrix]").await;
    browser.wait_for_text("#run .counts", "29 waiting for review").await;
    browser.photograph("matrix").await;
    browser.end().await;
    demo.close().await;
}

/// The whole way: refused, linked in the browser, and then the click counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_links_their_accounts_and_then_decides() {
    let (demo, browser) = (Demo::starting("good").await, Browser::start().await);
    let world = demo.page.world();
    let repository = world.sample.repository;
    world.github.edit(|state| state.add_collaborator(repository, BO, Access::Write));
    browser.open(&demo.address("?as=bo")).await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    approve(&browser).await;
    browser.wait_for_text("#channel .private", "not linked to a GitHub account").await;
    browser.photograph("not-linked").await;
    browser.click("#channel .private [data-action-id=link]").await;
    browser.wait_for_text("#channel .private", "is for you alone").await;
    browser.photograph("link-offered").await;
    let address = browser.attribute("#channel .private a[data-action-id=open_link]", "href").await;

    browser.open(&address).await;
    browser.wait_for_text("h1", "Link your GitHub account").await;
    browser.wait_for_text(".account code", "U0BO").await;
    browser.photograph("link-start").await;
    browser.click("button.primary").await;
    browser.wait_for_text("h1", "Continue to Countersign").await;
    browser.photograph("link-github").await;
    browser.click("input[value=bo]").await;
    browser.click("button[value=allow]").await;
    browser.wait_for_text("h1", "Are both of these you?").await;
    browser.wait_for_text(".account code", "21004").await;
    browser.photograph("link-question").await;
    browser.click("button[value=yes]").await;
    browser.wait_for_text("h1", "Linked").await;
    browser.photograph("link-done").await;
    browser.open(&address).await;
    browser.wait_for_text("h1", "This address was used").await;
    browser.photograph("link-over").await;

    browser.open(&demo.address("?as=bo")).await;
    browser.wait_for_text("#channel .private", "are one person from now on").await;
    browser.photograph("linked").await;
    // Private answers stand below the message by now.
    browser.click(APPROVE).await;
    browser.wait_for_text("#run .said[data-kind=approved] .comment", "bo").await;
    browser.wait_for_text("#run .facts .state", "Success").await;
    browser.end().await;
    demo.close().await;
}

/// What the menu leads to, at both widths: everything can be reached, and nothing runs off the screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_modal_opens_fits_the_screen_and_can_be_left() {
    let (demo, browser) = (Demo::open().await, Browser::start().await);
    browser.open(&demo.address("?as=ana")).await;
    browser.wait_for_text("#channel .sk-header", "approval needed").await;
    browser.wait_to_fit("#channel").await;
    browser.click("#channel .sk-overflow > summary").await;
    browser.photograph("menu").await;
    browser.click_text("#channel .sk-menu button", "Why?").await;
    browser.wait_for_text("#screen .sk-modal h2", "Why?").await;
    browser.wait_for_text("#screen .sk-modal", "0 of 1").await;
    fits(&browser, "why").await;

    browser.click("#channel .sk-overflow > summary").await;
    browser.click_text("#channel .sk-menu button", "More…").await;
    browser.wait_for_text("#screen .sk-modal h2", "More").await;
    browser.wait_to_fit("#screen .sk-modal-body").await;
    browser.photograph("more").await;
    browser.click("#screen [data-action-id=ask_look_again]").await;
    browser.wait_for_text("#screen .sk-modal h2", "Gather again").await;
    browser.click("#screen [type=submit]").await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.wait_for_text("#channel .private", "gathered again").await;

    browser.click("#channel .sk-overflow > summary").await;
    browser.click_text("#channel .sk-menu button", "Request changes").await;
    browser.wait_for_text("#screen .sk-modal h2", "Request changes").await;
    browser.click("#screen [type=submit]").await;
    browser.wait_for_text("#screen .sk-error", "required").await;
    browser.type_into("#screen textarea", "name the new test set").await;
    browser.photograph("request-changes").await;
    browser.click("#screen [type=submit]").await;
    browser.wait_for_text("#channel .sk-message", "name the new test set").await;

    browser.click("#channel [data-action-id=changes]").await;
    for tab in ["card_diff", "whole_card", "weights", "files", "summary"] {
        browser.click(&format!("#screen [data-action-id=go_{tab}]")).await;
        browser.wait_for_count(&format!("#screen .sk-primary[data-action-id=go_{tab}]"), 1).await;
        browser.wait_to_fit("#screen .sk-modal-body").await;
        browser.photograph(&format!("changes-{tab}")).await;
    }
    browser.press_escape().await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
    browser.end().await;
    demo.close().await;
}

/// Nothing of the open modal runs off the screen; then it is closed.
async fn fits(browser: &Browser, scene: &str) {
    browser.wait_to_fit("#screen .sk-modal-body").await;
    browser.photograph(scene).await;
    browser.press_escape().await;
    browser.wait_for_count("#screen .sk-modal", 0).await;
}
