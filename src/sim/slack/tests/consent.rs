//! Consent, codes and tokens that end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const BACK: &str = "http://127.0.0.1:9/back";

async fn access(slack: &SlackSim, basic: &str, form: &str) -> Value {
    let headers = [
        ("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(basic))),
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
    ];
    let url = format!("{}/oauth.v2.access", slack.api_url());
    let answer = http::post(&url, &headers, form.as_bytes(), Duration::from_secs(5)).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

fn client() -> String {
    format!("{}:{}", sample::CLIENT_ID, sample::CLIENT_SECRET)
}

fn page(slack: &SlackSim, client: &str) -> String {
    let base = slack.api_url().trim_end_matches("/api").to_owned();
    format!("{base}/oauth/v2/authorize?client_id={client}&scope=chat:write&redirect_uri={BACK}&state=s")
}

fn code(slack: &SlackSim) -> String {
    let back = slack.consent(sample::ANA, &page(slack, sample::CLIENT_ID), true).unwrap();
    back.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).unwrap().to_owned()
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_its_own_address() {
    let (slack, clock) = workspace().await;
    let form = |code: &str| format!("code={code}&redirect_uri={BACK}");
    assert!(slack.consent(sample::ANA, &page(&slack, "9.9"), true).is_err());
    assert!(
        slack.consent(sample::ANA, &page(&slack, sample::CLIENT_ID), false).unwrap().contains("error=access_denied")
    );
    let one = code(&slack);
    assert_eq!(access(&slack, "9.9:x", &form(&one)).await["error"], "invalid_client_id");
    assert_eq!(access(&slack, &format!("{}:x", sample::CLIENT_ID), &form(&one)).await["error"], "bad_client_secret");
    let granted = access(&slack, &client(), &form(&one)).await;
    assert_eq!((&granted["ok"], &granted["team"]["id"]), (&json!(true), &json!(sample::TEAM)));
    assert!(granted.get("refresh_token").is_none());
    assert_eq!(access(&slack, &client(), &form(&one)).await["error"], "invalid_code");
    let other = format!("code={}&redirect_uri=http://127.0.0.1:9/other", code(&slack));
    assert_eq!(access(&slack, &client(), &other).await["error"], "bad_redirect_uri");
    let late = code(&slack);
    clock.advance(600_000);
    assert_eq!(access(&slack, &client(), &form(&late)).await["error"], "invalid_code");
}

#[tokio::test]
async fn rotating_tokens_end_after_twelve_hours_and_refresh_tokens_work_once() {
    let (slack, clock) = workspace().await;
    slack.edit(|state| state.oauth.rotates = true);
    let granted = access(&slack, &client(), &format!("code={}&redirect_uri={BACK}", code(&slack))).await;
    assert_eq!(granted["expires_in"], 43_200);
    let refresh = format!("grant_type=refresh_token&refresh_token={}", granted["refresh_token"].as_str().unwrap());
    clock.advance(43_200_000);
    assert_eq!(call(&slack, "auth.test", json!({})).await["error"], "token_expired");
    let renewed = access(&slack, &client(), &refresh).await;
    assert!(renewed["access_token"].as_str().unwrap().starts_with("xoxe.xoxb-"));
    assert_eq!(call(&slack, "auth.test", json!({})).await["ok"], true);
    assert_eq!(access(&slack, &client(), &refresh).await["error"], "invalid_refresh_token");
    assert_eq!(access(&slack, &client(), "grant_type=magic").await["error"], "invalid_grant_type");
}
