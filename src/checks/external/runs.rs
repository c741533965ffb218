//! Required check runs that are missing, late or failed. Their state may change under the same evidence, so these flags
//! are not in its digest.

use crate::checks::finding::Finding;
use crate::domain::{CiReading, CiVerdict, Flag, RequiredRun, Severity};

pub fn check(reading: &CiReading) -> Vec<Flag> {
    reading.required.iter().filter_map(|required| flag(reading, required)).collect()
}

fn flag(reading: &CiReading, required: &RequiredRun) -> Option<Flag> {
    let (code, message) = match reading.verdict(required) {
        CiVerdict::Passed => return None,
        CiVerdict::Late => ("check.late", not_passed(reading, required)),
        CiVerdict::Failed => ("check.failed", not_passed(reading, required)),
        CiVerdict::Unread => {
            let why = reading.unread.as_deref().unwrap_or_default();
            ("check.failed", format!("Required check run {} cannot be read: {why}.", required.name))
        }
    };
    let subject = match &required.app {
        Some(app) => format!("{} ({app})", required.name),
        None => required.name.clone(),
    };
    let flag = Finding::new(code, Severity::High, &subject).rule("required check runs pass").says(&message);
    Some(Flag { volatile: true, ..flag })
}

fn not_passed(reading: &CiReading, required: &RequiredRun) -> String {
    format!("Required check run {} has not passed: {}.", required.name, reading.detail(required))
}
