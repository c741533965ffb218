//! Paths that a weight file names.

/// Whether a path in a weight file leads out of that file's own folder, or may do so on some system: absolute, with `..`,
/// with a drive or a backslash, empty, or with characters that no ordinary name has.
///
/// ONNX: docs/ExternalData.md demands a relative POSIX path without `..`. ONNX Runtime takes names between asterisks
/// (`*/_ORT_MEM_ADDR_/*`) for addresses in its memory.
pub fn is_unsafe_path(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|first| first.is_ascii_alphabetic()) && letters.next() == Some(':');
    let odd = |c: char| c.is_control() || matches!(c, '\\' | '*' | '\u{fffd}');
    path.is_empty()
        || path.starts_with(['/', '~'])
        || drive
        || path.contains("://")
        || path.contains(odd)
        || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_inside_the_folder_is_safe() {
        for path in ["weights.bin", "./weights.bin", "data/layer.0.bin", "a..b", "...", "größe.bin", "model.onnx_data"]
        {
            assert!(!is_unsafe_path(path), "{path}");
        }
    }

    #[test]
    fn a_path_that_may_lead_elsewhere_is_unsafe() {
        let unsafe_paths = [
            "",
            "/etc/passwd",
            "..",
            "../weights.bin",
            "data/../../weights.bin",
            "data/..",
            "..\\weights.bin",
            "C:\\weights.bin",
            "c:weights.bin",
            "\\\\host\\share",
            "~/weights.bin",
            "file:///etc/passwd",
            "https://acme.example/weights.bin",
            "*/_ORT_MEM_ADDR_/*",
            "weights.bin\0.txt",
            "weights\n.bin",
        ];
        for path in unsafe_paths {
            assert!(is_unsafe_path(path), "{path}");
        }
    }
}
