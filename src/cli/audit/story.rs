//! One row of the record, in a line for people.

use crate::audit::Unreadable;
use crate::audit::entry::read_record;
use crate::domain::{Digest, Record};
use crate::report::record;
use crate::store::AuditRow;

/// The row's number, time, name, the phase it led to, and who and why.
pub(super) fn told(row: &AuditRow, lookup: impl Fn(&Digest) -> Option<String>) -> Vec<String> {
    let (phase, detail) = match read_record(&row.body, lookup) {
        Ok(record) => (record.phase.clone(), detail(&record)),
        Err(Unreadable::OtherKind) => Default::default(),
        Err(why) => (String::new(), format!("({why})")),
    };
    vec![row.seq.to_string(), row.at.to_rfc3339(), row.name.clone(), phase, detail]
}

fn detail(told: &Record) -> String {
    match record::person(&told.event) {
        Some(voter) => format!("{} {}", record::name(voter), record::what(told)),
        None => record::what(told),
    }
}
