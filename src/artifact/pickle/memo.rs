//! The memo: values kept under numbers, which strangers choose.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::value::Value;
use crate::artifact::container::wide;

/// Values in one memo.
const VALUES_LIMIT: usize = 4 << 20;
/// Values under keys that are no numbers: only Python 2 takes them.
const NAMED_LIMIT: usize = 1024;
/// Numbers a little ahead of the count still go into the table.
const AHEAD: usize = 4096;

#[derive(Default)]
pub struct Memo {
    /// By number, as far as the numbers are dense.
    table: Vec<Value>,
    /// Numbers far beyond the count.
    far: BTreeMap<u64, Value>,
    named: BTreeMap<Vec<u8>, Value>,
    count: usize,
}

impl Memo {
    #[inline]
    pub fn get(&self, key: u64) -> Result<Value, Fault> {
        let near = usize::try_from(key).ok().and_then(|index| self.table.get(index));
        let value = match near {
            Some(Value::Absent) | None => self.far.get(&key).copied(),
            Some(value) => Some(*value),
        };
        value.ok_or(Fault::NoSuchMemo)
    }

    #[inline]
    pub fn put(&mut self, key: u64, value: Value) -> Result<(), Fault> {
        let index = usize::try_from(key).unwrap_or(usize::MAX);
        let next = self.table.len();
        match self.table.get_mut(index) {
            Some(slot) if *slot != Value::Absent => *slot = value,
            None if index == next && self.far.is_empty() => {
                self.table.push(value);
                self.count += 1;
            }
            _ => self.put_elsewhere(key, index, value),
        }
        if self.count > VALUES_LIMIT { Err(Fault::TooManyMemos) } else { Ok(()) }
    }

    /// Under the next number, as MEMOIZE counts: by the values kept.
    #[inline]
    pub fn add(&mut self, value: Value) -> Result<(), Fault> {
        self.put(wide(self.count), value)
    }

    pub fn put_named(&mut self, key: &[u8], value: Value) -> Result<(), Fault> {
        if let Some(number) = number(key) {
            return self.put(number, value);
        }
        self.named.insert(key.to_vec(), value);
        if self.named.len() > NAMED_LIMIT { Err(Fault::TooManyMemos) } else { Ok(()) }
    }

    pub fn get_named(&self, key: &[u8]) -> Result<Value, Fault> {
        match number(key) {
            Some(number) => self.get(number),
            None => self.named.get(key).copied().ok_or(Fault::NoSuchMemo),
        }
    }

    fn put_elsewhere(&mut self, key: u64, index: usize, value: Value) {
        let is_near = index < self.count.saturating_mul(2).saturating_add(AHEAD);
        let before = if is_near && !self.far.contains_key(&key) {
            if index >= self.table.len() {
                self.table.resize(index.saturating_add(1), Value::Absent);
            }
            self.table.get_mut(index).map(|slot| std::mem::replace(slot, value)).filter(|old| *old != Value::Absent)
        } else {
            self.far.insert(key, value)
        };
        self.count += usize::from(before.is_none());
    }
}

/// A key as Python 3 reads it: decimal, with the spellings that `int` takes.
fn number(key: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(key).ok()?.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.parse().ok();
    }
    digits.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_near_and_far_are_found_again_and_counted_once() {
        let mut memo = Memo::default();
        for key in [0, 5, u64::MAX, 4_294_967_295, 5, 0] {
            memo.put(key, Value::Int(i32::try_from(key % 1000).unwrap())).unwrap();
        }
        assert_eq!(memo.get(u64::MAX), Ok(Value::Int(615)));
        assert_eq!(memo.get(5), Ok(Value::Int(5)));
        assert_eq!(memo.get(1), Err(Fault::NoSuchMemo));
        // Four values are kept, so the next number is 4.
        memo.add(Value::Nothing).unwrap();
        assert_eq!(memo.get(4), Ok(Value::Nothing));
    }

    #[test]
    fn a_number_that_was_far_stays_one_value_when_the_table_reaches_it() {
        let mut memo = Memo::default();
        memo.put(5000, Value::Int(1)).unwrap();
        for key in 0..5000 {
            memo.put(key, Value::Data).unwrap();
        }
        memo.put(5000, Value::Int(2)).unwrap();
        assert_eq!(memo.get(5000), Ok(Value::Int(2)));
        assert_eq!(memo.count, 5001);
    }

    #[test]
    fn keys_of_text_are_numbers_where_python_3_reads_numbers() {
        let mut memo = Memo::default();
        memo.put_named(b"07", Value::Int(1)).unwrap();
        assert_eq!(memo.get_named(b" 7\r"), Ok(Value::Int(1)));
        memo.put_named(b"x", Value::Int(2)).unwrap();
        assert_eq!(memo.get_named(b"x"), Ok(Value::Int(2)));
        assert_eq!(memo.get_named(b"y"), Err(Fault::NoSuchMemo));
    }

    #[test]
    fn no_number_makes_the_table_large() {
        let mut memo = Memo::default();
        for shift in 0..64 {
            memo.put(1 << shift, Value::Data).unwrap();
        }
        assert!(memo.table.len() <= 2 * memo.count + AHEAD + 1);
    }
}
