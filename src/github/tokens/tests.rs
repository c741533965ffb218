use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const KEY: TokenKey =
    TokenKey { installation: InstallationId::new(1), repository: Some(RepositoryId::new(2)), purpose: Purpose::Decide };

fn token(text: &str, expires_at: Timestamp) -> Token {
    Token { secret: text.into(), expires_at }
}

async fn get(tokens: &Tokens, now: Timestamp, minted: Token) -> String {
    let secret = tokens.get(KEY, now, async { Ok(minted) }).await.unwrap();
    secret.expose_secret().to_owned()
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let (tokens, now) = (Tokens::default(), Timestamp::from_seconds(10_000));
    let end = now.plus_millis(60 * MINUTE_MS);
    assert_eq!(get(&tokens, now, token("one", end)).await, "one");
    assert_eq!(get(&tokens, now.plus_millis(54 * MINUTE_MS), token("two", end)).await, "one");
    assert_eq!(get(&tokens, now.plus_millis(55 * MINUTE_MS), token("three", end)).await, "three");
}

#[tokio::test]
async fn only_the_refused_token_is_dropped() {
    let (tokens, now) = (Tokens::default(), Timestamp::default());
    let end = now.plus_millis(60 * MINUTE_MS);
    get(&tokens, now, token("one", end)).await;
    tokens.forget(KEY, &"another".into()).await;
    assert_eq!(get(&tokens, now, token("two", end)).await, "one");
    tokens.forget(KEY, &"one".into()).await;
    assert_eq!(get(&tokens, now, token("three", end)).await, "three");
}

#[tokio::test]
async fn many_callers_at_once_mint_once_and_share_a_failure() {
    let (tokens, minted) = (Tokens::default(), AtomicUsize::new(0));
    let mint = || async {
        minted.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Err(PortError::retry("test", "down"))
    };
    let calls = (0..10).map(|_| tokens.get(KEY, Timestamp::default(), mint()));
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(minted.load(Ordering::SeqCst), 1);
    assert!(tokens.get(KEY, Timestamp::default(), mint()).await.is_err());
    assert_eq!(minted.load(Ordering::SeqCst), 2, "a later caller tries again");
}

#[test]
fn a_wish_names_one_repository_and_the_least_permissions() {
    let wish = serde_json::to_string(&TokenWish::of(KEY)).unwrap();
    assert_eq!(wish, r#"{"repository_ids":[2],"permissions":{"deployments":"write"}}"#);
}

#[test]
fn a_wish_for_teams_names_no_repository_and_no_permission_on_any() {
    let key = TokenKey { repository: None, purpose: Purpose::Teams, ..KEY };
    assert_eq!(serde_json::to_string(&TokenWish::of(key)).unwrap(), r#"{"permissions":{"members":"read"}}"#);
    let of_organisation = Purpose::ALL.into_iter().filter(|purpose| purpose.is_of_organisation());
    assert!(of_organisation.flat_map(Purpose::permissions).all(|permission| *permission == ("members", "read")));
}

#[test]
fn a_token_without_a_readable_end_is_used_once() {
    let given: TokenGiven = serde_json::from_str(r#"{"token":"ghs_x","expires_at":"soon"}"#).unwrap();
    assert_eq!(Token::from(given).expires_at, Timestamp::default());
}

#[test]
fn a_jwt_is_dated_back_and_lives_for_less_than_ten_minutes() {
    let claims =
        |id| serde_json::to_string(&Claims::at(Timestamp::from_seconds(1_000_000), &Issuer::parse(id))).unwrap();
    assert_eq!(claims("4711"), r#"{"iat":999940,"exp":1000540,"iss":4711}"#);
    assert_eq!(claims("Iv23liAbc"), r#"{"iat":999940,"exp":1000540,"iss":"Iv23liAbc"}"#);
}
