//! Code in HDF5 files: Keras 2 keeps a model's configuration in them, as JSON, and a Lambda layer in it holds Python code.
//!
//! Attributes are never compressed, so the text stands in the file as it is and is searched for, wherever it may be.

use memchr::memmem;

use crate::artifact::container::{some_bytes, wide};
use crate::artifact::source::{Source, SourceError};

/// What the search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Where a class is named that holds code.
    pub lambda: Option<u64>,
    /// Where text is written with escapes that no writer of JSON needs, so that a search does not see it.
    pub disguised: Option<u64>,
}

const CHUNK: usize = 1 << 20;
/// Bytes of one chunk that are looked at again with the next.
const OVERLAP: usize = 256;

pub fn search(source: &dyn Source) -> Result<Code, SourceError> {
    let mut code = Code::default();
    let mut at = 0_u64;
    while at < source.size() {
        let bytes = some_bytes(source, at, CHUNK)?;
        let position = |offset: usize| at.saturating_add(wide(offset));
        code.lambda = code.lambda.or_else(|| lambda(&bytes).map(position));
        code.disguised = code.disguised.or_else(|| escape(&bytes).map(position));
        let step = if bytes.len() < CHUNK { bytes.len() } else { CHUNK - OVERLAP };
        if step == 0 {
            break;
        }
        at = at.saturating_add(wide(step));
    }
    Ok(code)
}

/// `"class_name": "Lambda"`, with any white space.
fn lambda(bytes: &[u8]) -> Option<usize> {
    let names = memmem::find_iter(bytes, b"\"Lambda\"").chain(memmem::find_iter(bytes, b"\"__lambda__\""));
    names.into_iter().find(|at| {
        let before = bytes.get(..*at).unwrap_or_default().trim_ascii_end();
        before.strip_suffix(b":").is_some_and(|key| key.trim_ascii_end().ends_with(b"\"class_name\""))
    })
}

/// `\u0041`: an escape for a letter, which needs none.
fn escape(bytes: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, b"\\u00").find(|at| {
        let digits =
            at.checked_add(4).and_then(|start| std::str::from_utf8(bytes.get(start..start.checked_add(2)?)?).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        code.is_some_and(|code| code.is_ascii_alphanumeric() || code == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(text: &[u8]) -> Code {
        search(&text).unwrap()
    }

    #[test]
    fn a_lambda_layer_is_found_wherever_it_stands() {
        let text = br#"\x00{"class_name" : "Lambda", "config": {}}"#;
        assert!(searched(text).lambda.is_some());
        let mut far = vec![0; CHUNK - 12];
        far.extend_from_slice(text);
        assert!(searched(&far).lambda.is_some());
        assert_eq!(searched(br#"{"class_name": "Dense", "config": {"name": "Lambda"}}"#), Code::default());
    }

    #[test]
    fn text_that_hides_behind_escapes_is_noted() {
        assert!(searched(br#"{"class_name": "\u004cambda"}"#).disguised.is_some());
        assert!(searched(br#"{"class\u005fname": "Lambda"}"#).disguised.is_some());
        assert_eq!(searched(br#"{"name": "caf\u00e9\u001b\u0026"}"#), Code::default());
    }
}
