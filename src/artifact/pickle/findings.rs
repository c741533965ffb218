//! What one pickle does, as findings with their places.

use super::globals::{Class, Harm};
use super::imports::{Import, Role};
use super::machine::{Odd, OddKind, Run};
use crate::artifact::scan::{Findings, ScanFinding, Verdict};
use crate::artifact::text::quoted;

pub fn add(run: &Run, findings: &mut Findings) {
    let found = run.imports.iter().filter_map(of_import).chain(run.odd.iter().map(of_odd));
    found.for_each(|finding| findings.add(finding));
    if let Some(fault) = run.fault {
        let why = format!("The pickle cannot be followed to its end: {}.", fault.why());
        findings.add(finding(Verdict::Unscannable, String::new(), why, run.end));
    }
}

fn of_import(import: &Import) -> Option<ScanFinding> {
    let done = if import.is_called {
        "It is called when the file is loaded"
    } else {
        "It is imported when the file is loaded"
    };
    let (verdict, mut why) = match import.judgement.judged.class {
        Class::Allowed => return None,
        Class::Unlisted if import.judgement.role == Role::LoadsBytes => {
            (Verdict::Suspicious, format!("{done}, and loads bytes of this file as a file of their own."))
        }
        Class::Unlisted => (Verdict::Suspicious, format!("{done}, and is on no list.")),
        Class::Dangerous(harm) => (Verdict::Dangerous, dangerous(done, harm)),
    };
    if let Some(written) = &import.judgement.judged.written {
        why = format!("{why} It is written with its Python 2 name, `{}`.", quoted(written));
    }
    Some(finding(verdict, quoted(&import.judgement.judged.name), why, import.position))
}

fn dangerous(done: &str, harm: Harm) -> String {
    format!("{done}, and it {}.", harm.words())
}

fn of_odd(odd: &Odd) -> ScanFinding {
    let (verdict, name, why) = match odd.kind {
        OddKind::Numbered(number) => (
            Verdict::Dangerous,
            format!("extension {number}"),
            "An import by number: what it is, only the program that loads the file can tell.",
        ),
        OddKind::NameNotInFile => (
            Verdict::Dangerous,
            "computed import".to_owned(),
            "The name of an import is computed while the file is loaded, or is no text at all.",
        ),
        OddKind::NameTooLong => {
            (Verdict::Dangerous, "overlong import".to_owned(), "The name of an import is longer than any real name.")
        }
        OddKind::ComputedCall => (
            Verdict::Suspicious,
            "computed call".to_owned(),
            "What an earlier call or the loading program returned is called in turn.",
        ),
        OddKind::ChangesImport => (
            Verdict::Dangerous,
            "changed import".to_owned(),
            "What was imported is itself changed, not an object made with it.",
        ),
        OddKind::LooseArray => (
            Verdict::Unscannable,
            "joblib array".to_owned(),
            "An array is stored in a way that cannot be followed, and what comes next depends on its length.",
        ),
        OddKind::FrameLies => (
            Verdict::Dangerous,
            "false frame".to_owned(),
            "A frame does not end where its opcodes end, and readers disagree about what comes next.",
        ),
        OddKind::LoadsUnknownBytes => (
            Verdict::Dangerous,
            "computed bytes".to_owned(),
            "Bytes are loaded as a file of their own that are not in this file as they are.",
        ),
    };
    finding(verdict, name, why.to_owned(), odd.position)
}

fn finding(verdict: Verdict, name: String, why: String, position: u64) -> ScanFinding {
    ScanFinding { verdict, name, why, member: None, position: Some(position) }
}
