//! Names on a hub, told from folders of one's own. In doubt it is a folder: a false alarm on every local path would be worse.

/// A name on the Hugging Face Hub: `owner/name`, or one of the models from before there were owners.
pub(super) fn is_model(name: &str) -> bool {
    is_owned(name) || (is_plain(name) && OLD_MODELS.iter().any(|old| name.starts_with(old)))
}

/// `owner/name` with the characters the Hub allows.
pub(super) fn is_owned(name: &str) -> bool {
    let Some((owner, rest)) = name.split_once('/') else { return false };
    is_plain(owner)
        && is_plain(rest)
        && !FOLDERS.contains(&owner.to_lowercase().as_str())
        && !ENDINGS.iter().any(|ending| rest.to_lowercase().ends_with(ending))
}

/// Names without an owner that sentence-transformers takes from its own: they have hyphens, folders rarely do.
pub(super) fn is_sentence_model(name: &str) -> bool {
    is_owned(name) || (is_plain(name) && name.contains('-') && !ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// Models that have no owner in their name.
const OLD_MODELS: [&str; 14] = [
    "albert-",
    "bert-",
    "camembert-",
    "distilbert-",
    "distilgpt2",
    "distilroberta-",
    "gpt2",
    "openai-gpt",
    "roberta-",
    "t5-",
    "transfo-xl-",
    "xlm-",
    "xlnet-",
    "openai-community-",
];

/// What people call folders of models and data.
const FOLDERS: [&str; 32] = [
    "artifacts",
    "assets",
    "build",
    "cache",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "data",
    "dataset",
    "datasets",
    "dist",
    "experiments",
    "export",
    "exports",
    "logs",
    "model",
    "models",
    "out",
    "output",
    "outputs",
    "pretrained",
    "results",
    "runs",
    "save",
    "saved",
    "saved_models",
    "src",
    "test",
    "tests",
    "tmp",
    "weights",
];

/// Endings of files.
const ENDINGS: [&str; 14] = [
    ".bin",
    ".ckpt",
    ".csv",
    ".gguf",
    ".h5",
    ".json",
    ".jsonl",
    ".onnx",
    ".parquet",
    ".pkl",
    ".pt",
    ".pth",
    ".safetensors",
    ".txt",
];

fn is_plain(part: &str) -> bool {
    const MAX_BYTES: usize = 96;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_BYTES).contains(&part.len()) && part.bytes().all(is_allowed) && !part.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_hub_are_told_from_folders() {
        for name in ["acme/sentiment", "meta-llama/Llama-3.2-1B", "bert-base-uncased", "gpt2"] {
            assert!(is_model(name), "{name}");
        }
        for path in [
            "./acme/x",
            "/models/x",
            "../x",
            "~/x",
            "models/sentiment",
            "a/b/c",
            "output",
            "acme/x.json",
            "a b/c",
            "C:\\x",
            "s3://acme/x",
            "",
            "/",
            "acme/",
            "model",
        ] {
            assert!(!is_model(path), "{path}");
        }
        assert!(
            is_sentence_model("all-MiniLM-L6-v2") && !is_sentence_model("output") && !is_sentence_model("./my-model")
        );
    }
}
