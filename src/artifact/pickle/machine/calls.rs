//! Imports and calls.

use super::scalars::TextOf;
use super::{Machine, OddKind};
use crate::artifact::container::wide;
use crate::artifact::pickle::fault::Fault;
use crate::artifact::pickle::imports::{NAME_LIMIT, Role};
use crate::artifact::pickle::input::SHORT_LINE;
use crate::artifact::pickle::opcode as op;
use crate::artifact::pickle::value::Value;

impl Machine<'_, '_> {
    pub(super) fn global(&mut self) -> Result<(), Fault> {
        let value = self.import_of_lines()?;
        self.stack.push(value)
    }

    /// INST imports by two lines, then calls with everything above the mark. Readers differ in which they do first.
    pub(super) fn inst(&mut self) -> Result<(), Fault> {
        let class = self.import_of_lines()?;
        self.stack.drop_to_mark()?;
        let made = self.call(class, Value::Data)?;
        self.stack.push(made)
    }

    pub(super) fn stack_global(&mut self) -> Result<(), Fault> {
        let position = self.opcode_position();
        let (name, module) = (self.stack.pop()?, self.stack.pop()?);
        let value = match (self.text_of(module)?, self.text_of(name)?) {
            (TextOf::Text(module), TextOf::Text(name)) => Value::Global(self.import(&module, &name, position)?),
            (TextOf::NotText, _) | (_, TextOf::NotText) => {
                self.note(OddKind::NameNotInFile, position);
                Value::Given
            }
            _ => {
                self.note(OddKind::NameTooLong, position);
                Value::Given
            }
        };
        self.stack.push(value)
    }

    pub(super) fn extension(&mut self, code: u8) -> Result<(), Fault> {
        let position = self.opcode_position();
        let number = match code {
            op::EXT1 => u32::from(self.input.byte()?),
            op::EXT2 => u32::from(u16::from_le_bytes(self.input.bytes()?)),
            _ => u32::from_le_bytes(self.input.bytes()?),
        };
        self.note(OddKind::Numbered(number), position);
        self.stack.push(Value::Numbered)
    }

    /// REDUCE and NEWOBJ: a callable and its arguments.
    pub(super) fn reduce(&mut self) -> Result<(), Fault> {
        let (arguments, callable) = (self.stack.pop()?, self.stack.pop()?);
        let made = self.call(callable, arguments)?;
        self.stack.push(made)
    }

    pub(super) fn newobj_ex(&mut self) -> Result<(), Fault> {
        self.stack.pop()?;
        self.reduce()
    }

    pub(super) fn obj(&mut self) -> Result<(), Fault> {
        let class = self.stack.above_mark()?.first().copied().ok_or(Fault::Underflow)?;
        self.stack.drop_to_mark()?;
        let made = self.call(class, Value::Data)?;
        self.stack.push(made)
    }

    pub(super) fn build(&mut self) -> Result<(), Fault> {
        let position = self.opcode_position();
        let state = self.stack.pop()?;
        match self.stack.top()? {
            Value::Global(_) | Value::Numbered => self.note(OddKind::ChangesImport, position),
            Value::Dtype(number) => self.arrays.set_dtype_state(number, state),
            Value::Made(import) if self.imports.role(import) == Role::ArrayWrapper => {
                self.run.has_arrays = true;
                return self.array_follows(state);
            }
            _ => {}
        }
        Ok(())
    }

    fn call(&mut self, callable: Value, arguments: Value) -> Result<Value, Fault> {
        let position = self.opcode_position();
        let import = match callable {
            Value::Global(import) => import,
            Value::Numbered => {
                self.run.calls += 1;
                return Ok(Value::Given);
            }
            Value::Made(_) | Value::Given | Value::Dtype(_) => {
                self.note(OddKind::ComputedCall, position);
                return Ok(Value::Given);
            }
            // Plain data cannot be called: the reader stops here.
            _ => return Ok(Value::Given),
        };
        self.run.calls += 1;
        let made = match self.imports.called(import) {
            Role::Dtype => self.new_dtype(arguments)?,
            Role::LoadsBytes => {
                self.load_bytes(arguments, position)?;
                None
            }
            Role::Ordinary | Role::ArrayWrapper => None,
        };
        Ok(made.unwrap_or(Value::Made(import)))
    }

    fn load_bytes(&mut self, arguments: Value, position: u64) -> Result<(), Fault> {
        let bytes = match arguments {
            Value::BytesTuple(number) => self.bytes_of(number),
            _ => None,
        };
        let Some(stretch) = bytes else {
            self.note(OddKind::LoadsUnknownBytes, position);
            return Ok(());
        };
        self.budget.loads = self.budget.loads.checked_sub(1).ok_or(Fault::TooManyLoads)?;
        self.run.loaded.push(stretch);
        Ok(())
    }

    fn import_of_lines(&mut self) -> Result<Value, Fault> {
        let position = self.opcode_position();
        let (module, is_long) = self.name_line()?;
        let (name, is_longer) = self.name_line()?;
        if is_long || is_longer {
            self.note(OddKind::NameTooLong, position);
            return Ok(Value::Given);
        }
        Ok(Value::Global(self.import(&module, &name, position)?))
    }

    fn import(&mut self, module: &str, name: &str, position: u64) -> Result<u16, Fault> {
        let judgement = self.judgements.on(module, name, self.protocol, self.budget)?;
        self.imports.meet(judgement, position)
    }

    /// One line of GLOBAL or INST, and whether it is too long for a name. Only UTF-8 names anything.
    fn name_line(&mut self) -> Result<(String, bool), Fault> {
        let length = self.input.line(SHORT_LINE, &mut self.line)?;
        let is_long = length > wide(NAME_LIMIT);
        let text = if is_long { Ok("") } else { std::str::from_utf8(&self.line) };
        Ok((text.map_err(|_| Fault::Malformed)?.to_owned(), is_long))
    }
}
