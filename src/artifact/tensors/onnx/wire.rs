//! Protocol Buffers' wire format, as far as a reader needs it that jumps over everything large.
//!
//! protobuf.dev: "Encoding". A field is a key (its number and the kind of what follows) and a value; a message is a run of fields
//! without an end mark, so whoever holds it knows its length.

use super::HeaderFault;
use crate::artifact::source::Source;
use crate::artifact::tensors::cursor::Cursor;
use crate::artifact::tensors::{NAME_LIMIT_BYTES, words};

/// Messages inside each other; the limit of Protocol Buffers' own readers.
const DEPTH_LIMIT: usize = 100;
/// Fields in all. Large decision forests hold tens of millions of numbers, each in a field of its own.
const FIELD_LIMIT: u64 = 50_000_000;

/// One field of a message.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub number: u32,
    pub value: Value,
}

#[derive(Clone, Copy)]
pub(super) enum Value {
    Number(u64),
    /// Text, bytes, a message or packed numbers.
    Bytes(Extent),
    /// Four or eight bytes.
    Fixed,
}

/// Where the bytes of a field lie; always inside the message around them.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub start: u64,
    pub end: u64,
}

/// Goes through a file of messages.
pub(super) struct Wire<'a> {
    cursor: Cursor<'a>,
    size: u64,
    fields_left: u64,
    depth: usize,
}

impl<'a> Wire<'a> {
    pub fn new(source: &'a dyn Source) -> Self {
        Self { cursor: Cursor::new(source), size: source.size(), fields_left: FIELD_LIMIT, depth: 0 }
    }

    /// The file as a message.
    pub const fn whole(&self) -> Extent {
        Extent { start: 0, end: self.size }
    }

    /// Begins a message inside of the present one; [`Wire::leave`] ends it.
    pub fn enter(&mut self, message: Extent) -> Result<(), HeaderFault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH_LIMIT {
            return Err(HeaderFault::too_large("messages inside each other", DEPTH_LIMIT));
        }
        self.cursor.seek(message.start);
        Ok(())
    }

    pub fn leave(&mut self, message: Extent) {
        self.depth = self.depth.saturating_sub(1);
        self.cursor.seek(message.end);
    }

    /// The next field before `end`, where the message ends. The position is after the field, whatever is done with it.
    pub fn field(&mut self, end: u64) -> Result<Option<Field>, HeaderFault> {
        let at = self.cursor.position();
        if at >= end {
            return Ok(None);
        }
        let left = self.fields_left.checked_sub(1);
        self.fields_left = left.ok_or(HeaderFault::TooLarge { what: "fields", limit: FIELD_LIMIT })?;
        let key = self.varint(end)?;
        let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or_else(|| broken(at, "a field with a number that cannot be"))?;
        let value = match key & 7 {
            0 => Value::Number(self.varint(end)?),
            1 => self.fixed(8, end)?,
            2 => self.bytes(end)?,
            5 => self.fixed(4, end)?,
            3 | 4 => return Err(broken(at, "a group, which ONNX does not have")),
            _ => return Err(broken(at, "a field of a kind that does not exist")),
        };
        Ok(Some(Field { number, value }))
    }

    fn fixed(&mut self, count: u64, end: u64) -> Result<Value, HeaderFault> {
        self.skip(count, end)?;
        Ok(Value::Fixed)
    }

    fn bytes(&mut self, end: u64) -> Result<Value, HeaderFault> {
        let length = self.varint(end)?;
        let start = self.cursor.position();
        self.skip(length, end)?;
        Ok(Value::Bytes(Extent { start, end: self.cursor.position() }))
    }

    fn skip(&mut self, count: u64, end: u64) -> Result<(), HeaderFault> {
        let at = self.cursor.position();
        if count > end.saturating_sub(at) {
            return Err(broken(at, "a field that is longer than what it is in"));
        }
        self.cursor.skip(count)
    }

    /// Seven bits to a byte, least significant first; at most 64 bits, what is beyond them is dropped.
    fn varint(&mut self, end: u64) -> Result<u64, HeaderFault> {
        let at = self.cursor.position();
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            if self.cursor.position() >= end {
                return Err(broken(at, "a number that does not end"));
            }
            let byte = self.cursor.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken(at, "a number of more than 64 bits"))
    }

    /// A name or a path; invalid UTF-8 shows as U+FFFD.
    pub fn name(&mut self, extent: Extent) -> Result<String, HeaderFault> {
        let bytes = self.at(extent, |cursor, length| cursor.take(length, NAME_LIMIT_BYTES, "bytes in one name"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A text of any length, as it is kept.
    pub fn text(&mut self, extent: Extent) -> Result<String, HeaderFault> {
        self.at(extent, words::read_abbreviated)
    }

    /// Numbers without keys of their own.
    pub fn packed(
        &mut self,
        extent: Extent,
        mut show: impl FnMut(u64) -> Result<(), HeaderFault>,
    ) -> Result<(), HeaderFault> {
        let after = self.cursor.position();
        self.cursor.seek(extent.start);
        while self.cursor.position() < extent.end {
            show(self.varint(extent.end)?)?;
        }
        self.cursor.seek(after);
        Ok(())
    }

    /// Reads something elsewhere and comes back.
    fn at<T>(
        &mut self,
        extent: Extent,
        read: impl FnOnce(&mut Cursor<'a>, u64) -> Result<T, HeaderFault>,
    ) -> Result<T, HeaderFault> {
        let after = self.cursor.position();
        self.cursor.seek(extent.start);
        let value = read(&mut self.cursor, extent.end.saturating_sub(extent.start))?;
        self.cursor.seek(after);
        Ok(value)
    }
}

fn broken(at: u64, what: &str) -> HeaderFault {
    HeaderFault::invalid(format!("no ONNX model: {what}, at byte {at}"))
}
