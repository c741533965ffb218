//! Numbers, text and bytes: read as far as another opcode may depend on them, skipped where they are long.

use super::Machine;
use crate::artifact::container::wide;
use crate::artifact::pickle::fault::Fault;
use crate::artifact::pickle::input::{LINE_KEPT, LONG_LINE, SHORT_LINE, narrow};
use crate::artifact::pickle::opcode as op;
use crate::artifact::pickle::text;
use crate::artifact::pickle::value::{Place, Value};

/// 0x1950a86a20f9469cfc6c, as LONG1 writes it. PyTorch: torch/serialization.py, `MAGIC_NUMBER`.
const TORCH_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const TORCH_MAGIC_DECIMAL: &[u8] = b"119547037146038801333356";

impl Machine<'_, '_> {
    /// INT, LONG, FLOAT: whatever any version of Python reads as a number passes.
    pub(super) fn number_line(&mut self, code: u8) -> Result<(), Fault> {
        let length = self.input.line(SHORT_LINE, &mut self.line)?;
        // The C reader stops at a zero byte.
        let text = self.line.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
        let is_number = !text.is_empty() && text.iter().all(|byte| is_number_byte(*byte, code));
        if !is_number && length <= wide(LINE_KEPT) {
            return Err(Fault::Malformed);
        }
        let digits = text.strip_suffix(b"L").unwrap_or(text);
        let small = || std::str::from_utf8(digits).ok()?.parse().ok();
        let value = match code {
            op::INT | op::LONG if digits == TORCH_MAGIC_DECIMAL => Value::TorchMagic,
            op::INT | op::LONG => small().map_or(Value::Data, Value::Int),
            _ => Value::Data,
        };
        self.stack.push(value)
    }

    pub(super) fn long(&mut self, code: u8) -> Result<(), Fault> {
        let length = if code == op::LONG1 {
            u64::from(self.input.byte()?)
        } else {
            u64::try_from(i32::from_le_bytes(self.input.bytes()?)).map_err(|_| Fault::Malformed)?
        };
        let value = match length {
            10 if self.input.bytes::<10>()? == TORCH_MAGIC => Value::TorchMagic,
            10 => Value::Data,
            4 => Value::Int(i32::from_le_bytes(self.input.bytes()?)),
            _ => {
                self.input.skip(length)?;
                Value::Data
            }
        };
        self.stack.push(value)
    }

    pub(super) fn text_line(&mut self, code: u8) -> Result<(), Fault> {
        let start = self.input.position();
        if code == op::STRING && !matches!(self.input.peek()?, b'\'' | b'"') {
            return Err(Fault::Malformed);
        }
        let length = self.input.line(LONG_LINE, &mut self.line)?;
        let is_whole = length <= wide(LINE_KEPT);
        if code == op::STRING && is_whole && text::unquoted(&self.line).is_none() {
            return Err(Fault::Malformed);
        }
        let as_written = if code == op::STRING { Value::Quoted } else { Value::Escaped };
        self.stack.push(Place::new(start, length).map_or(Value::LongText, as_written))
    }

    #[inline]
    pub(super) fn text(&mut self, length: u64) -> Result<(), Fault> {
        let start = self.input.position();
        self.input.skip(length)?;
        self.stack.push(Place::new(start, length).map_or(Value::LongText, Value::Text))
    }

    #[inline]
    pub(super) fn byte_string(&mut self, length: u64) -> Result<(), Fault> {
        let start = self.input.position();
        self.input.skip(length)?;
        let number = self.last_bytes.number.wrapping_add(1);
        self.last_bytes = super::LastBytes { number, start, length };
        self.stack.push(Value::Bytes(number))
    }

    /// The text of a value, if it stands in the file as such.
    pub(super) fn text_of(&mut self, value: Value) -> Result<TextOf, Fault> {
        let (Value::Text(place) | Value::Escaped(place) | Value::Quoted(place)) = value else {
            return Ok(if value == Value::LongText { TextOf::TooLong } else { TextOf::NotText });
        };
        self.input.text(place.at(), place.length(), &mut self.line)?;
        let decoded = match value {
            Value::Escaped(_) => text::raw_unicode(&self.line),
            Value::Quoted(_) => {
                let bytes = text::unquoted(&self.line).ok_or(Fault::Malformed)?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => String::from_utf8_lossy(&self.line).into_owned(),
        };
        Ok(TextOf::Text(decoded))
    }

    /// Where the bytes of a value are, if they are the latest byte string.
    pub(super) fn bytes_of(&self, number: u32) -> Option<(u64, u64)> {
        let last = &self.last_bytes;
        (last.number == number && narrow(last.length) > 0).then_some((last.start, last.length))
    }
}

/// What a value is as text.
pub(super) enum TextOf {
    Text(String),
    TooLong,
    NotText,
}

fn is_number_byte(byte: u8, code: u8) -> bool {
    let common =
        byte.is_ascii_hexdigit() || matches!(byte, b'+' | b'-' | b'_' | b'x' | b'X' | b'o' | b'O' | b'L' | b'l');
    common || (code == op::FLOAT && matches!(byte, b'.' | b'i' | b'I' | b'n' | b'N' | b't' | b'T' | b'y' | b'Y'))
}
