//! The commands over a real database: what they answer, and with which exit code.

use std::path::PathBuf;

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use crate::domain::{Event, Record, RequestId, Timestamp};
use crate::store::{Store, StoreOptions};

use super::super::arguments::SettingsArguments;
use super::*;

/// A folder with a database of three records, and a settings file that names it.
struct Place {
    directory: tempfile::TempDir,
    settings: SettingsArguments,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("countersign.toml");
        let place = Self { directory, settings: SettingsArguments { config: Some(config.clone()) } };
        std::fs::write(config, format!("[database]\nurl = \"{}\"\n", place.url())).unwrap();
        place
    }

    fn database(&self) -> PathBuf {
        self.directory.path().join("c.db")
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.database().display())
    }

    fn with_records(self) -> Self {
        runtime::block_on(async {
            let store = Store::open(&self.url(), StoreOptions::default()).await.unwrap();
            store.migrate().await.unwrap();
            for second in 0..3 {
                store.write(move |tx| Box::pin(async move { tx.append(&record(second)) })).await.unwrap();
            }
            store.close().await;
            Ok(())
        })
        .unwrap();
        self
    }

    fn tampered(self, statement: &'static str) -> Self {
        runtime::block_on(async {
            let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
            let guards: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                .fetch_all(&mut connection)
                .await
                .unwrap();
            for (guard,) in guards {
                let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}"));
                sqlx::query(drop).execute(&mut connection).await.unwrap();
            }
            assert_eq!(sqlx::query(statement).execute(&mut connection).await.unwrap().rows_affected(), 1);
            connection.close().await.unwrap();
            Ok(())
        })
        .unwrap();
        self
    }

    fn verify(&self, heads: &[&str]) -> Result<ExitCode, Failure> {
        let head = heads.iter().map(|head| (*head).to_owned()).collect();
        run(&AuditCommand::Verify { head, format: Format::Json, settings: self.settings.clone() })
    }

    fn list(&self) -> Result<ExitCode, Failure> {
        run(&AuditCommand::List { after: 0, limit: 10, format: Format::Text, settings: self.settings.clone() })
    }

    fn show(&self, request: &str) -> Result<ExitCode, Failure> {
        run(&AuditCommand::Show { request: request.to_owned(), format: Format::Text, settings: self.settings.clone() })
    }
}

fn request() -> RequestId {
    RequestId::from_uuid(uuid::Uuid::from_u128(7))
}

fn record(second: i64) -> Record {
    Record {
        at: Timestamp::from_seconds(1_767_225_600 + second),
        request: request(),
        name: "gather.failed".to_owned(),
        event: Event::GatherFailed { why: "HTTP 502".to_owned() },
        answer: None,
        phase: "gathering".to_owned(),
        revision: second.unsigned_abs(),
        why: None,
    }
}

fn is(code: Result<ExitCode, Failure>, expected: ExitCode) -> bool {
    code.is_ok_and(|code| format!("{code:?}") == format!("{expected:?}"))
}

#[test]
fn an_untouched_record_is_listed_told_and_holds() {
    let place = Place::new().with_records();
    assert!(is(place.list(), ExitCode::SUCCESS));
    assert!(is(place.show(request().as_str()), ExitCode::SUCCESS));
    assert!(is(place.verify(&[]), ExitCode::SUCCESS));
}

#[test]
fn a_changed_row_is_the_answer_no() {
    let place =
        Place::new().with_records().tampered("UPDATE audit SET body = replace(body, '502', '200') WHERE seq = 2");
    assert!(is(place.verify(&[]), ExitCode::from(NO)));
}

#[test]
fn a_cut_off_end_shows_against_a_head_kept_elsewhere() {
    let place = Place::new().with_records();
    let later = format!("4:{}", Digest::of(b"the row that is gone"));
    assert!(is(place.verify(&[&later]), ExitCode::from(NO)));
}

#[test]
fn what_is_not_there_is_bad_input_and_makes_no_database() {
    let place = Place::new();
    assert!(matches!(place.list(), Err(Failure::BadInput(_))));
    assert!(!place.database().exists());
    let place = place.with_records();
    let unknown = uuid::Uuid::from_u128(8).to_string();
    for request in [unknown.as_str(), "1 OR 1=1"] {
        assert!(matches!(place.show(request), Err(Failure::BadInput(_))));
    }
    assert!(matches!(place.verify(&["42"]), Err(Failure::BadInput(_))));
}

#[test]
fn a_row_is_told_in_words() {
    let place = Place::new().with_records();
    let told = runtime::block_on(async {
        let store = Store::open(&place.url(), StoreOptions::default()).await.unwrap();
        let rows = store.audit_rows(0, 1).await.unwrap();
        store.close().await;
        Ok(story::told(&rows[0], |_| None))
    });
    assert_eq!(
        told.unwrap(),
        ["1", "2026-01-01T00:00:00Z", "gather.failed", "gathering", "the evidence cannot be read yet: HTTP 502"]
    );
}

#[test]
fn a_head_reads_back_as_it_was_written() {
    let known = Head { seq: 42, hash: Digest::of(b"row") };
    assert_eq!(head(&written(&known)).ok(), Some(known));
    for bad in ["", "42", "42:abc", "x:y", ":"] {
        assert!(head(bad).is_err(), "{bad}");
    }
}
