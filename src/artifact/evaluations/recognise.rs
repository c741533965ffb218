//! Which format a file is in. What only looks like one of them is none; what is broken, and says in its text or path which one
//! it means to be, is that one with its fault.

use memchr::memmem;

use super::{EvaluationFormat, Evaluations, read, read_as};

/// The format of a file, by content; by path only for formats that are known by it.
pub fn detect(path: &str, bytes: &[u8]) -> Option<EvaluationFormat> {
    read_file(path, bytes).map(|evaluations| evaluations.format)
}

/// Reads a file as the format it is in; none where it is no evaluation file.
pub fn read_file(path: &str, bytes: &[u8]) -> Option<Evaluations> {
    let lower = path.to_ascii_lowercase();
    let candidates: &[EvaluationFormat] = match lower.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => &[
            EvaluationFormat::Slices,
            EvaluationFormat::CycloneDx,
            EvaluationFormat::ModelCardToolkit,
            EvaluationFormat::LmEval,
        ],
        Some("yaml" | "yml") => &[EvaluationFormat::EvalResults, EvaluationFormat::Mlflow],
        Some("md") => &[EvaluationFormat::NvidiaBias],
        _ if by_path(EvaluationFormat::Mlflow, &lower) => &[EvaluationFormat::Mlflow],
        _ => return None,
    };
    candidates.iter().find_map(|format| as_format(*format, &lower, bytes))
}

fn as_format(format: EvaluationFormat, path: &str, bytes: &[u8]) -> Option<Evaluations> {
    match by_path(format, path) {
        true => Some(read(format, bytes)),
        false => has_words(format, bytes).then(|| read_as(format, bytes)).flatten(),
    }
}

/// The path is part of the format.
fn by_path(format: EvaluationFormat, path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next(), parts.next());
    match format {
        EvaluationFormat::EvalResults => folder == Some(".eval_results"),
        EvaluationFormat::Mlflow => name == Some("mlmodel"),
        EvaluationFormat::NvidiaBias => name == Some("bias.md"),
        EvaluationFormat::Slices => path.ends_with(".slices.json"),
        EvaluationFormat::LmEval | EvaluationFormat::ModelCardToolkit | EvaluationFormat::CycloneDx => false,
    }
}

/// Words without which it cannot be that format; looking for them is cheap, reading is not.
fn has_words(format: EvaluationFormat, bytes: &[u8]) -> bool {
    let words: &[&str] = match format {
        EvaluationFormat::EvalResults => &["dataset:", "task_id:", "value:"],
        EvaluationFormat::LmEval => &["\"results\"", "\"versions\""],
        EvaluationFormat::ModelCardToolkit => &["\"model_details\""],
        EvaluationFormat::CycloneDx => &["\"bomFormat\"", "machine-learning-model"],
        EvaluationFormat::Mlflow => &["flavors:", "mlflow_version:"],
        EvaluationFormat::NvidiaBias => &["unwanted bias", "Response"],
        EvaluationFormat::Slices => &["countersign.slices/"],
    };
    words.iter().all(|word| memmem::find(bytes, word.as_bytes()).is_some())
}
