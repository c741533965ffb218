//! The app's manifest asks for what the code uses, at the paths the server listens on.

use serde_json::Value;

use super::ROUTES;
use super::interpret::{CHANNEL_EVENTS, shortcuts};

fn manifest() -> Value {
    serde_json::from_str(include_str!("../../slack-manifest.json")).unwrap()
}

fn path(address: &Value) -> String {
    url::Url::parse(address.as_str().unwrap()).unwrap().path().to_owned()
}

#[test]
fn its_addresses_are_the_servers_routes() {
    let manifest = manifest();
    assert_eq!(path(&manifest["settings"]["interactivity"]["request_url"]), ROUTES.interactions);
    assert_eq!(path(&manifest["settings"]["event_subscriptions"]["request_url"]), ROUTES.events);
    assert_eq!(path(&manifest["features"]["slash_commands"][0]["url"]), ROUTES.commands);
    assert_eq!(manifest["settings"]["socket_mode_enabled"], false);
}

/// In Socket Mode Slack has nowhere to go: every address is left out, and nothing else differs.
#[test]
fn the_socket_mode_form_is_the_same_app_without_addresses() {
    let mut expected = manifest();
    for (place, name) in [
        ("/features/slash_commands/0", "url"),
        ("/settings/event_subscriptions", "request_url"),
        ("/settings/interactivity", "request_url"),
    ] {
        let place = expected.pointer_mut(place).and_then(Value::as_object_mut).unwrap();
        assert!(place.remove(name).is_some(), "{name}");
    }
    expected["settings"]["socket_mode_enabled"] = true.into();
    let socket = include_str!("../../slack-manifest.socket.json");
    assert_eq!(serde_json::from_str::<Value>(socket).unwrap(), expected);
    assert!(!socket.contains("example.com"));
}

#[test]
fn it_subscribes_to_the_events_that_mean_something_to_us() {
    let manifest = manifest();
    let events = manifest["settings"]["event_subscriptions"]["bot_events"].as_array().unwrap();
    let events: Vec<&str> = events.iter().filter_map(Value::as_str).collect();
    let mut used = [
        "app_home_opened",
        "app_uninstalled",
        "channel_id_changed",
        "subteam_members_changed",
        "subteam_updated",
        "tokens_revoked",
        "user_change",
    ]
    .to_vec();
    used.extend(CHANNEL_EVENTS);
    used.sort_unstable();
    assert_eq!(events, used);
}

#[test]
fn its_shortcuts_are_those_that_are_read() {
    let manifest = manifest();
    let shortcuts = manifest["features"]["shortcuts"].as_array().unwrap();
    let named = |kind: &str| {
        let of_kind = shortcuts.iter().filter(|one| one["type"] == kind);
        of_kind.filter_map(|one| one["callback_id"].as_str()).collect::<Vec<_>>()
    };
    assert_eq!(named("global"), [shortcuts::PENDING]);
    assert_eq!(named("message"), [shortcuts::EVIDENCE, shortcuts::WHY]);
    assert_eq!(manifest["features"]["app_home"]["home_tab_enabled"], true);
}

#[test]
fn it_asks_for_the_scopes_of_the_methods_called_and_no_more() {
    let scopes = &manifest()["oauth_config"]["scopes"]["bot"];
    let needed = ["chat:write", "commands", "users:read", "usergroups:read", "channels:read", "groups:read"];
    assert_eq!(*scopes, serde_json::json!(needed));
}
