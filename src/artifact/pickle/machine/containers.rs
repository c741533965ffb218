//! Tuples and dictionaries, as far as calls or joblib's arrays depend on what is in them.

use super::{Machine, OddKind};
use crate::artifact::pickle::fault::Fault;
use crate::artifact::pickle::imports::Role;
use crate::artifact::pickle::opcode as op;
use crate::artifact::pickle::value::Value;

impl Machine<'_, '_> {
    #[inline]
    pub(super) fn tuple(&mut self, code: u8) -> Result<(), Fault> {
        let (tuple, has_stand_in) = match code {
            op::TUPLE1 => {
                let only = self.stack.pop()?;
                self.tuple_of(&[only])
            }
            op::TUPLE2 => {
                let second = self.stack.pop()?;
                let first = self.stack.pop()?;
                self.tuple_of(&[first, second])
            }
            op::TUPLE3 => {
                let (third, second) = (self.stack.pop()?, self.stack.pop()?);
                let first = self.stack.pop()?;
                self.tuple_of(&[first, second, third])
            }
            _ => {
                let tuple = self.tuple_of(self.stack.above_mark()?);
                self.stack.drop_to_mark()?;
                tuple
            }
        };
        if has_stand_in {
            self.note(OddKind::LooseArray, self.opcode_position());
        }
        self.stack.push(tuple)
    }

    /// The tuple, and whether the class of array stand-ins is in it: then some function may make one from it.
    #[inline]
    fn tuple_of(&self, items: &[Value]) -> (Value, bool) {
        let is_stand_in =
            |item: &Value| matches!(item, Value::Global(import) if self.imports.role(*import) == Role::ArrayWrapper);
        (Value::tuple(items), items.iter().any(is_stand_in))
    }

    /// A dictionary right above an array's stand-in becomes its state.
    #[inline]
    pub(super) fn empty_dict(&mut self) -> Result<(), Fault> {
        let value = match self.stack.top() {
            Ok(Value::Made(import)) if self.imports.role(import) == Role::ArrayWrapper => self.arrays.begin(),
            _ => Value::Data,
        };
        self.stack.push(value)
    }

    #[inline]
    pub(super) fn set_items(&mut self, code: u8) -> Result<(), Fault> {
        if code == op::SETITEM {
            let (value, key) = (self.stack.pop()?, self.stack.pop()?);
            if let Value::ArrayState(number) = self.stack.top()? {
                self.set_array_state(number, &[key, value])?;
            }
            return Ok(());
        }
        let target = self.stack.peek(self.stack.above_mark()?.len().saturating_add(1));
        if let Some(Value::ArrayState(number)) = target {
            let items = self.stack.above_mark()?.to_vec();
            self.set_array_state(number, &items)?;
        }
        self.stack.drop_to_mark()?;
        self.stack.top()?;
        Ok(())
    }
}
