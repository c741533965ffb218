//! What the pages tell browsers (A23), and how much they read.

use countersign::sim::slack::sample::BO;

use super::visitor::Visitor;
use super::{asks, stage_with_bo};

#[tokio::test]
async fn every_page_is_guarded() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let base = address.rsplit_once('/').unwrap().0.to_owned();
    let mut browser = Visitor::default();
    let start = browser.look(&address).await;
    let cookie = start.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    for page in
        [address.as_str(), &format!("{base}/callback?state=x"), &format!("{base}/confirm"), &format!("{base}/x")]
    {
        let answer = browser.look(page).await;
        let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{page} has no {name}")).to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("script-src"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(header("content-type").starts_with("text/html"));
    }
    let style = browser.look(&format!("{base}/style.css")).await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
    stage.finish().await;
}

#[tokio::test]
async fn opening_an_address_changes_nothing() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    for _ in 0..5 {
        assert_eq!(Visitor::default().look(&address).await.status, 200, "a scanner's look is no visit");
    }
    let mut browser = Visitor::default();
    browser.open(&address).await;
    assert!(browser.go_on().await.contains("GitHub, simulated"));
    stage.finish().await;
}

#[tokio::test]
async fn long_forms_and_other_methods_are_refused() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor { at: address.clone(), ..Visitor::default() };
    browser.send(&[("proof", &"x".repeat(10_000))]).await;
    assert_eq!(browser.status, 413);
    let answer = countersign::sim::http::request("PUT", &address, &[], b"", std::time::Duration::from_secs(5)).await;
    assert_eq!(answer.unwrap().status, 405);
    stage.finish().await;
}
