//! The type of an array's values: `<f4`, or a list of named fields.

use super::literal::Literal;
use crate::artifact::tensors::words::abbreviated;
use crate::artifact::tensors::{RANK_LIMIT, product};
use crate::artifact::text::quoted;

/// A type.
pub(super) struct Type {
    /// As numpy writes it: `<f4`; fields as `{x: <f4, y: <i8 (2, 2)}`.
    pub text: String,
    /// Bytes of one value; none when that is beyond any file.
    pub bytes: Option<u64>,
    /// Python objects are in it.
    pub has_objects: bool,
}

/// Reads `descr`: a text, a list of fields, or a type with a shape. Whatever is not known is an error, because it might hold
/// objects.
pub(super) fn read(descr: &Literal) -> Result<Type, String> {
    match descr {
        Literal::Text(text) => plain(text),
        Literal::List(fields) => record(fields),
        Literal::Tuple(parts) => match parts.as_slice() {
            [inner, shape] => shaped(read(inner)?, shape),
            _ => Err("`descr` is a tuple of something else than a type and a shape".to_owned()),
        },
        _ => Err("`descr` is no type".to_owned()),
    }
}

/// Byte order, kind, size: `<f4`, `|S10`, `<M8[ns]`.
fn plain(text: &str) -> Result<Type, String> {
    let unknown = || format!("`descr` is the unknown type `{}`", quoted(text));
    let rest = text.strip_prefix(['<', '>', '=', '|']).unwrap_or(text);
    let mut letters = rest.chars();
    let kind = letters.next().ok_or_else(unknown)?;
    let (size, unit) = match letters.as_str().split_once('[') {
        Some((size, unit)) => (size, Some(unit)),
        None => (letters.as_str(), None),
    };
    let has_objects = kind == 'O' && matches!(size, "" | "4" | "8") && unit.is_none();
    let known = match (kind, size) {
        ('?', "") => Some(1),
        ('O', _) if has_objects => Some(8),
        ('b', "1") => Some(1),
        ('i' | 'u', "1" | "2" | "4" | "8") | ('f', "2" | "4" | "8" | "12" | "16") => size.parse().ok(),
        ('c', "8" | "16" | "24" | "32") | ('m' | 'M', "8") => size.parse().ok(),
        ('S' | 'a' | 'V', _) => count(size),
        // Four bytes to a character.
        ('U', _) => count(size).and_then(|characters| characters.checked_mul(4)),
        _ => None,
    };
    let unit_fits = unit.is_none_or(|unit| {
        let unit = unit.strip_suffix(']').unwrap_or_default();
        matches!(kind, 'm' | 'M') && !unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    match known.filter(|_| unit_fits) {
        Some(bytes) => Ok(Type { text: text.to_owned(), bytes: Some(bytes), has_objects }),
        None => Err(unknown()),
    }
}

fn count(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// A list of fields: name or (title, name), type, and a shape where a field is an array itself.
fn record(fields: &[Literal]) -> Result<Type, String> {
    let mut all = Type { text: String::new(), bytes: Some(0), has_objects: false };
    let mut texts = Vec::new();
    for field in fields {
        let Literal::Tuple(parts) = field else {
            return Err("a field of `descr` is no tuple".to_owned());
        };
        let (name, kind) = match parts.as_slice() {
            [name, kind] => (name, read(kind)?),
            [name, kind, shape] => (name, shaped(read(kind)?, shape)?),
            _ => return Err("a field of `descr` is not name, type and shape".to_owned()),
        };
        texts.push(format!("{}: {}", field_name(name)?, kind.text));
        all.bytes = all.bytes.zip(kind.bytes).and_then(|(sum, bytes)| sum.checked_add(bytes));
        all.has_objects |= kind.has_objects;
    }
    all.text = abbreviated(format!("{{{}}}", texts.join(", ")));
    Ok(all)
}

fn field_name(name: &Literal) -> Result<&str, String> {
    match name {
        Literal::Text(name) => Ok(name),
        Literal::Tuple(parts) => match parts.as_slice() {
            [Literal::Text(_), Literal::Text(name)] => Ok(name),
            _ => Err("a field of `descr` has no name".to_owned()),
        },
        _ => Err("a field of `descr` has no name".to_owned()),
    }
}

/// An array of a type as one value.
fn shaped(inner: Type, shape: &Literal) -> Result<Type, String> {
    let dimensions = match shape {
        Literal::Int(length) => vec![*length],
        Literal::Tuple(_) => super::dimensions(shape)?,
        _ => return Err("a shape in `descr` is no tuple".to_owned()),
    };
    if dimensions.len() > RANK_LIMIT {
        return Err(format!("a shape in `descr` has more than {RANK_LIMIT} dimensions"));
    }
    let bytes = product(&dimensions).zip(inner.bytes).and_then(|(count, bytes)| count.checked_mul(bytes));
    let dimensions: Vec<String> = dimensions.iter().map(u64::to_string).collect();
    Ok(Type { text: format!("{} ({})", inner.text, dimensions.join(", ")), bytes, has_objects: inner.has_objects })
}
