//! What was found inside a weight file, in words for people.

use crate::artifact::scan::{FileScan, Format, Verdict};
use crate::artifact::tensors::{Header, HeaderChange, Tensor};
use crate::checks::scans::format_words;
use crate::checks::words::plain;
use crate::checks::{ScanState, WeightFacts, WeightSide};
use crate::domain::{TensorChange, WeightChange, WeightFile};

use super::MAX_PATH_CHARS;

/// Most examples of tensors, and the longest of them in characters.
const MAX_EXAMPLES: usize = 5;
const MAX_EXAMPLE_CHARS: usize = 160;
/// Longest reason, in characters.
const MAX_WHY_CHARS: usize = 160;

/// The same file for the checks and for people. Tensors are compared here and let go of: no check asks for one by its
/// name, and a header may list a quarter of a million.
pub(super) fn told(mut facts: WeightFacts) -> (WeightFacts, WeightChange) {
    let tensors = headers(&facts).map(|(before, after)| tensor_change(before, after));
    for side in [&mut facts.before, &mut facts.after].into_iter().flatten() {
        describe(side);
    }
    let file = |side: &Option<WeightSide>| side.as_ref().map(|side| side.file.clone());
    let (before, after) = (file(&facts.before), file(&facts.after));
    let change = WeightChange { path: plain(&facts.path, MAX_PATH_CHARS), before, after, tensors };
    (facts, change)
}

/// Whether a content is that of weights, whatever it is called.
pub(super) fn is_model(scan: &FileScan) -> bool {
    use Format::{Gguf, Hdf5, Keras, Npy, Npz, Onnx, Pickle, Safetensors, TorchLegacy, TorchZip};
    let is_format =
        matches!(scan.format, Safetensors | Gguf | Onnx | Keras | Hdf5 | TorchZip | TorchLegacy | Npy | Npz | Pickle);
    is_format || scan.has_pickle || scan.verdict == Verdict::Dangerous
}

fn describe(side: &mut WeightSide) {
    let WeightFile { format, verdict, tensors, .. } = &mut side.file;
    match &mut side.scan {
        ScanState::NotLooked => {}
        ScanState::Unscanned { why } => *verdict = Some(plain(&format!("not looked into: {why}"), MAX_WHY_CHARS)),
        ScanState::Scanned(scan) => {
            *format = Some(format_words(scan.format).to_owned());
            *verdict = Some(verdict_words(scan));
            if let Some(header) = &mut scan.header {
                *tensors = Some(header.summary());
                header.tensors.clear();
            }
        }
    }
}

fn verdict_words(scan: &FileScan) -> String {
    let worst = scan.findings.first().filter(|finding| finding.verdict == scan.verdict);
    match worst {
        Some(finding) if !finding.name.is_empty() => {
            plain(&format!("{}: {}", scan.verdict.words(), finding.name), MAX_WHY_CHARS)
        }
        Some(finding) if scan.verdict == Verdict::Unscannable => {
            plain(&format!("{}: {}", scan.verdict.words(), finding.why), MAX_WHY_CHARS)
        }
        _ if scan.verdict == Verdict::Clean && !scan.has_pickle => "no pickle inside".to_owned(),
        _ => scan.verdict.words().to_owned(),
    }
}

fn headers(facts: &WeightFacts) -> Option<(&Header, &Header)> {
    let before = facts.before.as_ref()?.scan.scan()?.header.as_ref()?;
    let after = facts.after.as_ref()?.scan.scan()?.header.as_ref()?;
    Some((before, after))
}

fn tensor_change(before: &Header, after: &Header) -> TensorChange {
    let change = Header::compare(before, after);
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    TensorChange {
        added: count(change.added.len()),
        removed: count(change.removed.len()),
        reshaped: count(change.reshaped.len()),
        retyped: count(change.retyped.len()),
        examples: examples(&change, before, after),
    }
}

/// Other shapes first: they change the architecture.
fn examples(change: &HeaderChange, before: &Header, after: &Header) -> Vec<String> {
    let words = |tensor: Option<&Tensor>| tensor.map(|tensor| shape(&tensor.shape)).unwrap_or_default();
    let reshaped = change
        .reshaped
        .iter()
        .map(|tensor| format!("{}: {} → {}", tensor.name, shape(&tensor.before), shape(&tensor.after)));
    let retyped = change.retyped.iter().map(|tensor| format!("{}: {} → {}", tensor.name, tensor.before, tensor.after));
    let removed = change.removed.iter().map(|name| format!("{name}: {} → gone", words(before.tensors.get(name))));
    let added = change.added.iter().map(|name| format!("{name}: new, {}", words(after.tensors.get(name))));
    let all = reshaped.chain(retyped).chain(removed).chain(added);
    all.take(MAX_EXAMPLES).map(|example| plain(&example, MAX_EXAMPLE_CHARS)).collect()
}

/// `2×768`; a single value has no dimensions.
fn shape(dimensions: &[u64]) -> String {
    if dimensions.is_empty() {
        return "one value".to_owned();
    }
    dimensions.iter().map(ToString::to_string).collect::<Vec<_>>().join("×")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(tensors: &[(&str, &str, &[u64])]) -> Header {
        let tensor = |dtype: &str, shape: &[u64]| Tensor { dtype: dtype.into(), shape: shape.to_vec() };
        let tensors = tensors.iter().map(|(name, dtype, shape)| ((*name).to_owned(), tensor(dtype, shape))).collect();
        Header { tensors, ..Header::default() }
    }

    #[test]
    fn changed_tensors_are_counted_and_the_first_are_shown() {
        let before = header(&[("head", "F32", &[2, 768]), ("old", "F32", &[]), ("same", "F32", &[1])]);
        let after = header(&[("head", "F16", &[3, 768]), ("new", "F32", &[4]), ("same", "F32", &[1])]);
        let change = tensor_change(&before, &after);
        assert_eq!((change.added, change.removed, change.reshaped, change.retyped), (1, 1, 1, 1));
        let expected = ["head: 2×768 → 3×768", "head: F32 → F16", "old: one value → gone", "new: new, 4"];
        assert_eq!(change.examples, expected);
    }
}
