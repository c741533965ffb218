//! The machine's stack. Marks lie among the values, as in Python 2; readers that keep them apart refuse what makes a difference.

use super::super::fault::Fault;
use super::super::value::Value;

/// Values on the stack, marks included. Picklers hand over collections in batches of a thousand.
const DEPTH_LIMIT: usize = 2 << 20;

#[derive(Default)]
pub struct Stack {
    values: Vec<Value>,
    /// Where the marks are.
    marks: Vec<u32>,
    has_loose_mark: bool,
}

impl Stack {
    #[inline]
    pub fn push(&mut self, value: Value) -> Result<(), Fault> {
        let depth = self.values.len();
        if depth >= DEPTH_LIMIT {
            return Err(Fault::TooDeep);
        }
        if value == Value::Mark {
            self.marks.push(u32::try_from(depth).map_err(|_| Fault::TooDeep)?);
        }
        self.values.push(value);
        Ok(())
    }

    #[inline]
    pub fn pop(&mut self) -> Result<Value, Fault> {
        let value = self.values.pop().ok_or(Fault::Underflow)?;
        if value == Value::Mark {
            self.marks.pop();
            self.has_loose_mark = true;
        }
        Ok(value)
    }

    /// POP takes a mark as well as a value.
    #[inline]
    pub fn drop_top(&mut self) -> Result<(), Fault> {
        if self.values.pop().ok_or(Fault::Underflow)? == Value::Mark {
            self.marks.pop();
        }
        Ok(())
    }

    /// A mark was taken for a value.
    pub fn has_loose_mark(&self) -> bool {
        self.has_loose_mark
    }

    #[inline]
    pub fn top(&self) -> Result<Value, Fault> {
        self.values.last().copied().ok_or(Fault::Underflow)
    }

    /// The value that lies `below` others.
    pub fn peek(&self, below: usize) -> Option<Value> {
        self.values.iter().rev().nth(below).copied()
    }

    pub fn replace_top(&mut self, value: Value) -> Result<(), Fault> {
        self.pop()?;
        self.push(value)
    }

    /// The values above the latest mark.
    pub fn above_mark(&self) -> Result<&[Value], Fault> {
        let mark = self.marks.last().ok_or(Fault::NoMark)?;
        let above = usize::try_from(*mark).ok().and_then(|mark| self.values.get(mark.checked_add(1)?..));
        above.ok_or(Fault::NoMark)
    }

    /// Takes the latest mark and everything above it.
    #[inline]
    pub fn drop_to_mark(&mut self) -> Result<(), Fault> {
        let mark = self.marks.pop().ok_or(Fault::NoMark)?;
        self.values.truncate(usize::try_from(mark).map_err(|_| Fault::NoMark)?);
        Ok(())
    }
}
