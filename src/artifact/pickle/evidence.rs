//! Whether bytes are a pickle at all. Text and raw numbers often begin with a few valid opcodes by chance; a real pickle, and
//! one made to look like chance, must not pass for them.

use super::fault::Fault;
use super::machine::{OddKind, Run};

/// How much speaks for a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing: a reader stops at once, having done nothing.
    None,
    /// Complete, but so short that other bytes may begin like it by chance.
    Weak,
    Strong,
}

/// Opcodes behind PROTO that do not come by chance.
const OPCODES_WITH_PROTOCOL: u64 = 6;
/// Opcodes without PROTO that do not come by chance, and how many of them must differ: bytes of one value are common.
const OPCODES_WITHOUT: u64 = 16;
const DIFFERENT_OPCODES: usize = 4;

/// Weighs one pickle. `ends_file`: nothing follows it.
pub fn weigh(run: &Run, ends_file: bool) -> Weight {
    let plausible = || run.imports.iter().filter(|import| import.judgement.is_plausible);
    let has_import = plausible().next().is_some();
    let has_dangerous_import = plausible().any(|import| import.judgement.is_dangerous());
    let has_call = run.calls > 0 && (has_import || has_numbered(run));
    let by_protocol =
        run.has_protocol && (run.is_complete() || run.has_frame || has_import || run.opcodes >= OPCODES_WITH_PROTOCOL);
    let by_length = run.opcodes >= OPCODES_WITHOUT && run.different_opcodes >= DIFFERENT_OPCODES;
    let by_limit = match run.fault {
        // Nothing was looked at, or not all.
        Some(Fault::TooManyOpcodes) => true,
        Some(fault) => fault.is_limit() && (run.opcodes > 1 || run.has_protocol),
        None => false,
    };
    let by_tricks = run.odd.iter().any(|odd| odd.kind == OddKind::FrameLies)
        || (run.has_loose_mark && run.opcodes >= OPCODES_WITH_PROTOCOL);
    let is_short = run.is_complete() && (ends_file || has_import);
    if has_dangerous_import || has_call || by_protocol || by_length || by_limit || by_tricks || is_short {
        return Weight::Strong;
    }
    if run.is_complete() { Weight::Weak } else { Weight::None }
}

fn has_numbered(run: &Run) -> bool {
    run.odd.iter().any(|odd| matches!(odd.kind, OddKind::Numbered(_)))
}
