//! npy: numpy's format of one array: a magic, a version, the array's type and shape as a Python literal, the values.
//!
//! numpy/numpy: numpy/lib/_format_impl.py. The literal is parsed, never evaluated.

mod dtype;
mod literal;

use super::cursor::Cursor;
use super::{Header, HeaderFault, RANK_LIMIT, Tensor, product};
use crate::artifact::source::Source;
use crate::artifact::text::quoted;
use literal::Literal;

/// Longer headers are not read. numpy itself stops at 10,000 characters unless it is told to trust the file.
const LITERAL_LIMIT_BYTES: usize = 64 * 1024;

/// An array's header, and what whoever looks further into the file needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    pub header: Header,
    /// The values are Python objects: what follows the header is a pickle.
    pub has_objects: bool,
    /// Where the values begin.
    pub data_start: u64,
}

/// Reads the header of an array. Its one tensor is called `array`.
///
/// # Errors
/// When a part of it is missing, it is not what the format demands, or it is larger than the limits.
pub fn read(source: &dyn Source) -> Result<Header, HeaderFault> {
    read_array(source).map(|array| array.header)
}

/// Like [`read`], with the place of the values.
///
/// # Errors
/// As [`read`].
pub fn read_array(source: &dyn Source) -> Result<Array, HeaderFault> {
    let mut cursor = Cursor::new(source);
    let (version, text) = read_literal(&mut cursor)?;
    let data_start = cursor.position();
    let description = Description::parse(&text)?;
    let mut header = Header::default();
    header.metadata.insert("version".to_owned(), version);
    header.metadata.insert("fortran_order".to_owned(), description.fortran_order.to_string());
    check_length(&description, cursor.left(), &mut header)?;
    let has_objects = description.dtype.has_objects;
    if has_objects {
        header.custom_code.push("a pickle: the values are Python objects".to_owned());
    }
    let tensor = Tensor { dtype: description.dtype.text, shape: description.shape };
    header.tensors.insert("array".to_owned(), tensor);
    header.count_parameters();
    Ok(Array { header, has_objects, data_start })
}

/// Version and literal.
fn read_literal(cursor: &mut Cursor<'_>) -> Result<(String, String), HeaderFault> {
    if cursor.left() < 8 || cursor.array()? != *b"\x93NUMPY" {
        return Err(HeaderFault::invalid("the file does not begin as numpy's arrays do"));
    }
    let [major, minor] = cursor.array()?;
    let length = match (major, minor) {
        (1, 0) => u64::from(u16::from_le_bytes(cursor.array()?)),
        (2 | 3, 0) => u64::from(cursor.u32()?),
        _ => return Err(HeaderFault::invalid(format!("version {major}.{minor} of npy, which is not known"))),
    };
    let bytes = cursor.take(length, LITERAL_LIMIT_BYTES, "bytes of header")?;
    let text = match major {
        3 => String::from_utf8(bytes).map_err(|_| HeaderFault::invalid("the header is not UTF-8"))?,
        // Latin-1: every byte is the character of that number.
        _ => bytes.into_iter().map(char::from).collect(),
    };
    Ok((format!("{major}.{minor}"), text))
}

/// What the literal says.
struct Description {
    dtype: dtype::Type,
    fortran_order: bool,
    shape: Vec<u64>,
}

impl Description {
    fn parse(text: &str) -> Result<Self, HeaderFault> {
        let wrong = |why: String| HeaderFault::invalid(format!("the header is not what numpy writes: {why}"));
        let literal = literal::parse(text).map_err(wrong)?;
        let Literal::Dict(entries) = literal else {
            return Err(wrong("it is no dictionary".to_owned()));
        };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        for (key, value) in entries {
            let is_new = match key.as_str() {
                "descr" => descr.replace(dtype::read(&value).map_err(wrong)?).is_none(),
                "fortran_order" => fortran_order.replace(truth(&value).map_err(wrong)?).is_none(),
                "shape" => shape.replace(dimensions(&value).map_err(wrong)?).is_none(),
                _ => return Err(wrong(format!("unknown key `{}`", quoted(&key)))),
            };
            if !is_new {
                return Err(wrong(format!("`{key}` is there twice")));
            }
        }
        match (descr, fortran_order, shape) {
            (Some(dtype), Some(fortran_order), Some(shape)) => Ok(Self { dtype, fortran_order, shape }),
            _ => Err(wrong("`descr`, `fortran_order` or `shape` is not there".to_owned())),
        }
    }
}

fn truth(value: &Literal) -> Result<bool, String> {
    match value {
        Literal::Bool(value) => Ok(*value),
        _ => Err("`fortran_order` is neither True nor False".to_owned()),
    }
}

fn dimensions(value: &Literal) -> Result<Vec<u64>, String> {
    let Literal::Tuple(items) = value else {
        return Err("`shape` is no tuple".to_owned());
    };
    if items.len() > RANK_LIMIT {
        return Err(format!("`shape` has more than {RANK_LIMIT} dimensions"));
    }
    let number = |item: &Literal| match item {
        Literal::Int(number) => Ok(*number),
        _ => Err("`shape` has something that is no number".to_owned()),
    };
    items.iter().map(number).collect()
}

/// Compares the values' length with what follows the header. Of objects only the pickle itself knows.
fn check_length(description: &Description, room: u64, header: &mut Header) -> Result<(), HeaderFault> {
    let Some(item_bytes) = description.dtype.bytes.filter(|_| !description.dtype.has_objects) else {
        return Ok(());
    };
    let needed = product(&description.shape).and_then(|values| values.checked_mul(item_bytes));
    let Some(needed) = needed else {
        return Err(HeaderFault::invalid("the shape multiplies beyond any file"));
    };
    match room.checked_sub(needed) {
        Some(0) => {}
        Some(more) => header.add_oddity(format!("{more} bytes follow the array")),
        None => {
            let why = format!("the array needs {needed} bytes by its type and shape, and the file has {room} for it");
            return Err(HeaderFault::Invalid { why });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
