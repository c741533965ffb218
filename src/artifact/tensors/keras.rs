//! Keras v3: `config.json` inside of a `.keras` archive, which says how to build the model out of Python objects.
//!
//! keras-team/keras: keras/src/saving/serialization_lib.py (`deserialize_keras_object`), saving_lib.py.

mod objects;
mod walk;

use std::borrow::Cow;

use serde::de::DeserializeSeed as _;

use super::{Header, HeaderFault};
use walk::{Findings, Walk};

/// Larger configurations are not read; those of large models have some 5 MiB.
pub const CONFIG_LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// Reads `config.json`. Tensors are not in it; `custom_code` lists what runs when the model is built, wherever it is nested,
/// and `external_files` the files it reads then.
///
/// # Errors
/// When it is no JSON object that describes a model, or larger than the limits.
pub fn read_config(bytes: &[u8]) -> Result<Header, HeaderFault> {
    if bytes.len() > CONFIG_LIMIT_BYTES {
        return Err(HeaderFault::too_large("bytes of config.json", CONFIG_LIMIT_BYTES));
    }
    let bytes = without_special_numbers(bytes);
    let mut findings = Findings::default();
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let read = Walk::new(&mut findings).deserialize(&mut reader).and_then(|seen| reader.end().map(|()| seen));
    let model = match read {
        Ok(seen) => seen.object,
        Err(error) => return Err(findings.fault.take().unwrap_or_else(|| json_fault(&error))),
    };
    let Some(model) = model.filter(|model| model.class_name.is_some()) else {
        return Err(HeaderFault::invalid("config.json does not describe a model: it has no `class_name`"));
    };
    let mut header = Header { oddities: findings.oddities, ..Header::default() };
    header.metadata.extend(model.class_name.map(|class| ("class_name".to_owned(), class)));
    header.metadata.extend(model.name.map(|name| ("name".to_owned(), name)));
    header.metadata.insert("objects".to_owned(), findings.objects.to_string());
    header.custom_code = findings.custom_code.into_iter().collect();
    header.external_files = findings.external_files.into_iter().collect();
    Ok(header)
}

fn json_fault(error: &serde_json::Error) -> HeaderFault {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = crate::artifact::text::quoted(message.strip_suffix(&place).unwrap_or(&message));
    HeaderFault::invalid(format!("config.json is wrong{place}: {message}"))
}

/// The text with Python's `NaN` and `Infinity`, which are no JSON, overwritten by zeros: Keras writes and reads them, and
/// their value does not matter here.
fn without_special_numbers(bytes: &[u8]) -> Cow<'_, [u8]> {
    const WORDS: [&[u8]; 2] = [b"NaN", b"Infinity"];
    let mut changed = Cow::Borrowed(bytes);
    let (mut in_string, mut at) = (false, 0_usize);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let word = WORDS.iter().find(|word| !in_string && rest.starts_with(word)).map(|word| word.len());
        if let Some(length) = word {
            let place = changed.to_mut().iter_mut().skip(at).take(length);
            place.enumerate().for_each(|(index, byte)| *byte = if index == 0 { b'0' } else { b' ' });
        }
        in_string ^= *byte == b'"';
        let escapes = in_string && *byte == b'\\';
        at = at.saturating_add(word.unwrap_or(if escapes { 2 } else { 1 }));
    }
    changed
}

#[cfg(test)]
mod tests;
