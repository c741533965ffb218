//! Another workspace of the same app, at the same address.

use super::*;

#[tokio::test]
async fn a_token_opens_its_own_workspace_only() {
    let (slack, _) = workspace().await;
    let mut state = sample::workspace();
    state.team.id = "T0BETA".into();
    state.channels =
        [("C0LIVE".to_owned(), Channel { id: "C0LIVE".into(), ..state.channels[sample::RELEASES].clone() })].into();
    let beta = slack.another(state);
    let refused = call(&beta, "auth.test", json!({})).await;
    assert_eq!(refused["error"], "not_authed", "it is not installed there");
    beta.edit(|state| state.install.bot_token = "xoxb-beta".into());
    assert_eq!(call(&beta, "auth.test", json!({})).await["team_id"], "T0BETA");
    assert_eq!(call(&slack, "auth.test", json!({})).await["team_id"], sample::TEAM);
    let post = |channel: &str| json!({ "channel": channel, "text": "hello" });
    assert_eq!(call(&slack, "chat.postMessage", post("C0LIVE")).await["error"], "channel_not_found");
    assert_eq!(call(&beta, "chat.postMessage", post("C0LIVE")).await["ok"], true);
    assert_eq!((slack.messages("C0LIVE").len(), beta.messages("C0LIVE").len()), (0, 1));
}
