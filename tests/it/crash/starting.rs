//! Starts that must not happen.

use super::program::Program;
use super::vendors::Vendors;

/// One process per SQLite file: two would decide without knowing of each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_file_is_refused() {
    let vendors = Vendors::start().await;
    let program = Program::install(&vendors);
    let mut first = program.start();
    first.ready().await;
    let second = program.run(&["serve"], &[program.second_listen()]).await;
    assert_eq!(second.status.code(), Some(3), "{second:?}");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("in use by another process") && said.contains("countersign.db"), "{said}");
    first.ready().await;
    first.kill().await;
    let mut next = program.start();
    next.ready().await;
    next.kill().await;
}

/// Every problem is told at once, with the place where the value is found, and nothing is made.
#[tokio::test]
async fn missing_settings_are_all_told_and_nothing_is_started() {
    let program = Program::without_settings();
    let refused = program.run(&["serve"], &[("COUNTERSIGN_SERVER__LISTEN".to_owned(), "nowhere".to_owned())]).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    for (variable, place) in [
        ("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:8080"),
        ("COUNTERSIGN_GITHUB__APP_ID", "Developer settings"),
        ("COUNTERSIGN_GITHUB__PRIVATE_KEY", "Generate a private key"),
        ("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", "Webhook secret"),
        ("COUNTERSIGN_SLACK__BOT_TOKEN", "Bot User OAuth Token"),
        ("COUNTERSIGN_SLACK__SIGNING_SECRET", "Signing Secret"),
        ("COUNTERSIGN_SLACK__CHANNEL", "Channel ID"),
    ] {
        let told = said.lines().any(|line| line.contains(variable) && line.contains(place));
        assert!(told, "{variable} and {place} are not told:\n{said}");
    }
    assert!(program.files().is_empty(), "{:?}", program.files());
}
