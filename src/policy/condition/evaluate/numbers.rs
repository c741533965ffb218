//! Numbers: checked, never wrapped.

use std::borrow::Cow;

use super::fault::{Evaluated, Fault};
use crate::policy::condition::program::{Conversion, Operation};
use crate::policy::condition::value::Value;

pub(super) fn negative<'a>(value: Value<'a>) -> Evaluated<'a, Value<'a>> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or(Fault::Overflow),
        Value::Double(number) => Ok(Value::Double(-number)),
        _ => Err(Fault::Confused),
    }
}

pub(super) fn calculate<'a>(operation: Operation, one: &Value<'a>, other: &Value<'a>) -> Evaluated<'a, Value<'a>> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => whole(operation, *one, *other).map(Value::Int),
        (Value::Double(one), Value::Double(other)) => Ok(Value::Double(match operation {
            Operation::Add => one + other,
            Operation::Subtract => one - other,
            Operation::Multiply => one * other,
            Operation::Divide => one / other,
            Operation::Remainder => return Err(Fault::Confused),
        })),
        _ => Err(Fault::Confused),
    }
}

fn whole<'a>(operation: Operation, one: i64, other: i64) -> Evaluated<'a, i64> {
    let result = match operation {
        Operation::Add => one.checked_add(other),
        Operation::Subtract => one.checked_sub(other),
        Operation::Multiply => one.checked_mul(other),
        Operation::Divide | Operation::Remainder if other == 0 => return Err(Fault::DivisionByZero),
        Operation::Divide => one.checked_div(other),
        Operation::Remainder => one.checked_rem(other),
    };
    result.ok_or(Fault::Overflow)
}

pub(super) fn convert<'a>(conversion: Conversion, value: Value<'a>) -> Evaluated<'a, Value<'a>> {
    match (conversion, value) {
        (Conversion::Int, Value::Double(number)) => int(number).map(Value::Int),
        (Conversion::Int, Value::Text(text)) => {
            text.parse().map(Value::Int).map_err(|_| Fault::NoNumber(text.into_owned()))
        }
        (Conversion::Double, Value::Int(number)) => Ok(Value::Double(double(number))),
        (Conversion::Double, Value::Text(text)) => {
            text.parse().map(Value::Double).map_err(|_| Fault::NoNumber(text.into_owned()))
        }
        (Conversion::Text, Value::Int(number)) => Ok(Value::Text(Cow::Owned(number.to_string()))),
        (Conversion::Text, Value::Double(number)) => Ok(Value::Text(Cow::Owned(number.to_string()))),
        (
            Conversion::Int | Conversion::Double | Conversion::Text,
            same @ (Value::Int(_) | Value::Double(_) | Value::Text(_)),
        ) => Ok(same),
        _ => Err(Fault::Confused),
    }
}

/// The nearest one, where there is none that is equal.
fn double(number: i64) -> f64 {
    number as f64
}

/// Towards zero, as CEL does.
fn int<'a>(number: f64) -> Evaluated<'a, i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let is_within = number > -LIMIT && number < LIMIT;
    if is_within { Ok(number.trunc() as i64) } else { Err(Fault::Overflow) }
}
