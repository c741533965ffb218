//! Stories: what people do and what both vendors' books say afterwards. The clock is moved by hand. Each is told twice,
//! once for each way that Slack's requests come in.
#![expect(clippy::duplicate_mod, reason = "every story is told over both transports")]

mod over_http;
mod over_sockets;
pub mod stage;

/// Whoever adds a story adds it to both lists.
#[test]
fn both_transports_tell_the_same_stories() {
    let shared = |list: &'static str| list.lines().filter(|line| line.starts_with("#[path")).collect::<Vec<_>>();
    let over_http = shared(include_str!("stories/over_http.rs"));
    assert_eq!(over_http, shared(include_str!("stories/over_sockets.rs")));
    let told: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stories"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            name.ends_with(".rs") && !["over_http.rs", "over_sockets.rs", "stage.rs"].contains(&name.as_str())
        })
        .collect();
    assert_eq!(told.len(), over_http.len(), "{told:?}");
}
