//! The machine: runs one pickle without making or calling anything, and notes what a real reader would import and call.
//!
//! It accepts whatever any reader accepts (CPython's C and Python versions, Python 2, PyTorch, joblib), so where one of them
//! refuses it goes on. Where they would go on differently, that is a finding of its own.
//!
//! CPython: Lib/pickle.py, Modules/_pickle.c; Lib/pickletools.py describes every opcode.

mod arrays;
mod calls;
mod containers;
mod run;
mod scalars;
mod stack;

pub use run::{Budget, Odd, OddKind, Reader, Run};

use arrays::Pending;
use stack::Stack;

use super::fault::Fault;
use super::imports::{Imports, Judgements};
use super::input::{Input, SHORT_LINE};
use super::memo::Memo;
use super::opcode as op;
use super::value::Value;

pub struct Machine<'m, 'a> {
    input: &'m mut Input<'a>,
    budget: &'m mut Budget,
    judgements: &'m mut Judgements<'a>,
    imports: Imports,
    reader: Reader,
    stack: Stack,
    memo: Memo,
    line: Vec<u8>,
    /// Where this pickle begins.
    start: u64,
    protocol: u8,
    /// Where the present frame ends, or [`NO_FRAME`].
    frame_end: u64,
    seen: [bool; 256],
    last_bytes: LastBytes,
    arrays: Pending,
    run: Run,
}

/// The latest byte string: a loader's argument is put together right after it.
#[derive(Default)]
struct LastBytes {
    number: u32,
    start: u64,
    length: u64,
}

/// Odd things that are noted of one pickle.
const NOTED_LIMIT: usize = 256;
const NO_FRAME: u64 = u64::MAX;
/// The highest protocol there is.
const HIGHEST_PROTOCOL: u8 = 5;

impl<'m, 'a> Machine<'m, 'a> {
    pub fn new(
        input: &'m mut Input<'a>,
        budget: &'m mut Budget,
        judgements: &'m mut Judgements<'a>,
        reader: Reader,
    ) -> Self {
        let start = input.position();
        Self {
            input,
            budget,
            judgements,
            imports: Imports::default(),
            reader,
            stack: Stack::default(),
            memo: Memo::default(),
            line: Vec::new(),
            start,
            protocol: 0,
            frame_end: NO_FRAME,
            seen: [false; 256],
            last_bytes: LastBytes::default(),
            arrays: Pending::default(),
            run: Run::default(),
        }
    }

    /// Runs the next pickle of the input.
    pub fn run(mut self) -> Run {
        let budget = self.budget.opcodes;
        let fault = loop {
            let Some(left) = self.budget.opcodes.checked_sub(1) else {
                break Some(Fault::TooManyOpcodes);
            };
            match self.step() {
                Ok(true) => self.budget.opcodes = left,
                Ok(false) => {
                    self.budget.opcodes = left;
                    break None;
                }
                Err(fault) => break Some(fault),
            }
        };
        let end = self.input.position();
        if self.frame_end != NO_FRAME && (end > self.frame_end || fault.is_none() && end < self.frame_end) {
            self.note(OddKind::FrameLies, end);
        }
        let mut run = self.run;
        run.has_loose_mark = self.stack.has_loose_mark();
        run.fault = fault;
        run.end = end;
        run.opcodes = budget.saturating_sub(self.budget.opcodes);
        run.different_opcodes = self.seen.iter().filter(|seen| **seen).count();
        run.imports.append(&mut self.imports.into_list());
        run
    }

    /// Runs one opcode; false after STOP.
    #[inline]
    fn step(&mut self) -> Result<bool, Fault> {
        if self.input.position() >= self.frame_end {
            self.frame_is_over();
        }
        let code = self.input.byte()?;
        if let Some(seen) = self.seen.get_mut(usize::from(code)) {
            *seen = true;
        }
        match code {
            op::STOP => {
                self.run.is_torch_magic = self.stack.pop()? == Value::TorchMagic;
                return Ok(false);
            }
            op::MARK => self.stack.push(Value::Mark)?,
            op::POP => self.stack.drop_top()?,
            op::POP_MARK => self.stack.drop_to_mark()?,
            op::DUP => {
                let top = self.stack.top()?;
                self.stack.push(top)?;
            }
            op::PROTO => self.proto()?,
            op::FRAME => self.frame()?,

            op::NONE => self.stack.push(Value::Nothing)?,
            op::NEWTRUE | op::NEWFALSE => self.stack.push(Value::Data)?,
            op::BININT => {
                let value = i32::from_le_bytes(self.input.bytes()?);
                self.stack.push(Value::Int(value))?;
            }
            op::BININT1 => {
                let value = self.input.byte()?;
                self.stack.push(Value::Int(i32::from(value)))?;
            }
            op::BININT2 => {
                let value = u16::from_le_bytes(self.input.bytes()?);
                self.stack.push(Value::Int(i32::from(value)))?;
            }
            op::BINFLOAT => {
                self.input.bytes::<8>()?;
                self.stack.push(Value::Data)?;
            }
            op::INT | op::LONG | op::FLOAT => self.number_line(code)?,
            op::LONG1 | op::LONG4 => self.long(code)?,

            op::STRING | op::UNICODE => self.text_line(code)?,
            op::SHORT_BINSTRING | op::SHORT_BINUNICODE => {
                let length = self.input.byte()?;
                self.text(u64::from(length))?;
            }
            op::BINSTRING => {
                let length = i32::from_le_bytes(self.input.bytes()?);
                self.text(u64::try_from(length).map_err(|_| Fault::Malformed)?)?;
            }
            op::BINUNICODE => {
                let length = u32::from_le_bytes(self.input.bytes()?);
                self.text(u64::from(length))?;
            }
            op::BINUNICODE8 => {
                let length = u64::from_le_bytes(self.input.bytes()?);
                self.text(length)?;
            }
            op::SHORT_BINBYTES => {
                let length = self.input.byte()?;
                self.byte_string(u64::from(length))?;
            }
            op::BINBYTES => {
                let length = u32::from_le_bytes(self.input.bytes()?);
                self.byte_string(u64::from(length))?;
            }
            op::BINBYTES8 | op::BYTEARRAY8 => {
                let length = u64::from_le_bytes(self.input.bytes()?);
                self.byte_string(length)?;
            }

            op::BINPUT => {
                let key = self.input.byte()?;
                self.memo.put(u64::from(key), self.stack.top()?)?;
            }
            op::LONG_BINPUT => {
                let key = u32::from_le_bytes(self.input.bytes()?);
                self.memo.put(u64::from(key), self.stack.top()?)?;
            }
            op::MEMOIZE => self.memo.add(self.stack.top()?)?,
            op::BINGET => {
                let key = self.input.byte()?;
                self.stack.push(self.memo.get(u64::from(key))?)?;
            }
            op::LONG_BINGET => {
                let key = u32::from_le_bytes(self.input.bytes()?);
                self.stack.push(self.memo.get(u64::from(key))?)?;
            }
            op::PUT => {
                self.input.line(SHORT_LINE, &mut self.line)?;
                self.memo.put_named(&self.line, self.stack.top()?)?;
            }
            op::GET => {
                self.input.line(SHORT_LINE, &mut self.line)?;
                self.stack.push(self.memo.get_named(&self.line)?)?;
            }

            op::EMPTY_TUPLE => self.stack.push(Value::tuple(&[]))?,
            op::TUPLE | op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => self.tuple(code)?,
            op::EMPTY_DICT => self.empty_dict()?,
            op::EMPTY_LIST | op::EMPTY_SET => self.stack.push(Value::Data)?,
            op::LIST | op::DICT | op::FROZENSET => {
                self.stack.drop_to_mark()?;
                self.stack.push(Value::Data)?;
            }
            op::APPEND => {
                self.stack.pop()?;
                self.stack.top()?;
            }
            op::APPENDS | op::ADDITEMS => {
                self.stack.drop_to_mark()?;
                self.stack.top()?;
            }
            op::SETITEM | op::SETITEMS => self.set_items(code)?,

            op::GLOBAL => self.global()?,
            op::INST => self.inst()?,
            op::STACK_GLOBAL => self.stack_global()?,
            op::EXT1 | op::EXT2 | op::EXT4 => self.extension(code)?,
            op::REDUCE | op::NEWOBJ => self.reduce()?,
            op::NEWOBJ_EX => self.newobj_ex()?,
            op::OBJ => self.obj()?,
            op::BUILD => self.build()?,
            op::PERSID => {
                self.input.line(SHORT_LINE, &mut self.line)?;
                self.stack.push(Value::Given)?;
            }
            op::BINPERSID => {
                self.stack.pop()?;
                self.stack.push(Value::Given)?;
            }
            op::NEXT_BUFFER => self.stack.push(Value::Given)?,
            op::READONLY_BUFFER => {
                self.stack.top()?;
            }
            _ => return Err(Fault::UnknownOpcode),
        }
        Ok(true)
    }

    fn proto(&mut self) -> Result<(), Fault> {
        let is_first = self.input.position() == self.start.saturating_add(1);
        let protocol = self.input.byte()?;
        if protocol > HIGHEST_PROTOCOL {
            return Err(Fault::UnknownProtocol);
        }
        self.run.has_protocol |= is_first;
        self.protocol = protocol;
        Ok(())
    }

    /// A frame says how much to read at once, and opcodes follow one another all the same. Where its length lies, readers
    /// disagree: CPython's C reader forgets what is left of a frame when an argument reaches beyond it.
    fn frame(&mut self) -> Result<(), Fault> {
        let length = u64::from_le_bytes(self.input.bytes()?);
        let start = self.input.position();
        let end = start.saturating_add(length);
        self.run.has_frame = true;
        if self.frame_end == NO_FRAME || start >= self.frame_end {
            self.frame_end = end;
        } else if end > self.frame_end {
            self.note(OddKind::FrameLies, start);
        }
        Ok(())
    }

    #[cold]
    fn frame_is_over(&mut self) {
        let position = self.input.position();
        if position > self.frame_end {
            self.note(OddKind::FrameLies, position);
        }
        self.frame_end = NO_FRAME;
    }

    /// Where the opcode is whose arguments are being read: it was the last byte taken.
    fn opcode_position(&self) -> u64 {
        self.input.position().saturating_sub(1)
    }

    fn note(&mut self, kind: OddKind, position: u64) {
        if self.run.odd.len() < NOTED_LIMIT && !self.run.odd.iter().any(|odd| odd.kind == kind) {
            self.run.odd.push(Odd { kind, position });
        }
    }
}
