//! Arrays as joblib writes them: a stand-in object, and right behind its state the raw bytes, in the middle of the pickle.
//!
//! joblib: joblib/numpy_pickle.py, `NumpyArrayWrapper.read_array`. The bytes' number follows from shape and dtype, which
//! are values of the pickle. Where they cannot be told for certain, the pickle cannot be followed.

use super::scalars::TextOf;
use super::{Machine, NO_FRAME, Reader};
use crate::artifact::pickle::fault::Fault;
use crate::artifact::pickle::value::{Count, Value};

/// The state that is being put together, and the dtypes met so far.
#[derive(Default)]
pub struct Pending {
    number: u32,
    shape: Option<Count>,
    dtype: Option<u16>,
    is_aligned: bool,
    is_open: bool,
    dtypes: Vec<Dtype>,
}

#[derive(Clone, Copy)]
struct Dtype {
    /// None where it cannot be told.
    element_bytes: Option<u64>,
    is_object: bool,
    /// Text, bytes or a structure: its size comes with its state.
    is_flexible: bool,
}

impl Pending {
    /// The state of a new array.
    pub fn begin(&mut self) -> Value {
        self.number = self.number.wrapping_add(1);
        (self.shape, self.dtype, self.is_aligned, self.is_open) = (None, None, false, true);
        Value::ArrayState(self.number)
    }

    pub fn set_dtype_state(&mut self, number: u16, state: Value) {
        let Some(dtype) = self.dtypes.get_mut(usize::from(number)) else { return };
        match state {
            Value::DtypeState { is_object, element_bytes } => {
                dtype.is_object |= is_object;
                if dtype.is_flexible {
                    dtype.element_bytes = u64::try_from(element_bytes).ok();
                }
            }
            _ if dtype.is_flexible => dtype.element_bytes = None,
            _ => {}
        }
    }
}

impl Machine<'_, '_> {
    /// `items`: keys and values in turn.
    pub(super) fn set_array_state(&mut self, number: u32, items: &[Value]) -> Result<(), Fault> {
        if !self.arrays.is_open || self.arrays.number != number {
            return Ok(());
        }
        for pair in items.chunks(2) {
            let [key, value] = pair else { continue };
            let TextOf::Text(key) = self.text_of(*key)? else {
                self.arrays.is_open = false;
                return Ok(());
            };
            match (key.as_str(), *value) {
                ("shape", Value::Shape(count)) => self.arrays.shape = Some(count),
                ("shape", _) => self.arrays.shape = None,
                ("dtype", Value::Dtype(dtype)) => self.arrays.dtype = Some(dtype),
                ("dtype", _) => self.arrays.dtype = None,
                ("numpy_array_alignment_bytes", value) => self.arrays.is_aligned = value != Value::Nothing,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn new_dtype(&mut self, arguments: Value) -> Result<Option<Value>, Fault> {
        let Value::TextTuple(place) = arguments else { return Ok(None) };
        let TextOf::Text(code) = self.text_of(Value::Text(place))? else { return Ok(None) };
        let Ok(number) = u16::try_from(self.arrays.dtypes.len()) else { return Ok(None) };
        self.arrays.dtypes.push(dtype(&code));
        Ok(Some(Value::Dtype(number)))
    }

    /// BUILD of an array's stand-in: joblib reads the array here, other readers go on with the next opcode.
    pub(super) fn array_follows(&mut self, state: Value) -> Result<(), Fault> {
        self.stack.replace_top(Value::Data)?;
        if self.reader == Reader::Plain {
            return Ok(());
        }
        let is_known = self.arrays.is_open && state == Value::ArrayState(self.arrays.number);
        self.arrays.is_open = false;
        let dtype = self.arrays.dtype.and_then(|number| self.arrays.dtypes.get(usize::from(number)).copied());
        // joblib reads the bytes behind the frame: they follow at once only where the frame ends here.
        let is_in_frame = self.frame_end != NO_FRAME && self.frame_end != self.input.position();
        let (true, Some(dtype), Some(count), false) = (is_known, dtype, self.arrays.shape, is_in_frame) else {
            return Err(Fault::Array);
        };
        self.frame_end = NO_FRAME;
        if dtype.is_object {
            return self.inner_pickle();
        }
        let length = dtype.element_bytes.and_then(|bytes| bytes.checked_mul(count.get())).ok_or(Fault::Array)?;
        if self.arrays.is_aligned {
            let padding = self.input.byte()?;
            self.input.skip(u64::from(padding))?;
        }
        self.input.skip(length)
    }

    /// An array of objects is a pickle of its own, which the plain reader reads.
    fn inner_pickle(&mut self) -> Result<(), Fault> {
        let mut inner = Machine::new(self.input, self.budget, self.judgements, Reader::Plain).run();
        self.run.imports.append(&mut inner.imports);
        self.run.odd.append(&mut inner.odd);
        self.run.loaded.append(&mut inner.loaded);
        self.run.calls += inner.calls;
        inner.fault.map_or(Ok(()), Err)
    }
}

/// A dtype by numpy's code: `f8`, `<i4`, `U12`, `O8`.
fn dtype(code: &str) -> Dtype {
    let code = code.trim_start_matches(['<', '>', '=', '|']);
    let mut characters = code.chars();
    let kind = characters.next().unwrap_or_default();
    let size = match characters.as_str() {
        "" => Some(if kind == '?' { 1 } else { 0 }),
        digits => digits.parse::<u64>().ok(),
    };
    let element_bytes = match kind {
        'f' | 'i' | 'u' | 'c' | 'b' | 'M' | 'm' => size.filter(|size| (1..=64).contains(size)),
        '?' | 'S' | 'V' => size,
        'U' => size.and_then(|size| size.checked_mul(4)),
        _ => None,
    };
    Dtype { element_bytes, is_object: kind == 'O', is_flexible: matches!(kind, 'S' | 'U' | 'V') }
}
