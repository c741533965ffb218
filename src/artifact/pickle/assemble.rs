//! Pickles put together opcode by opcode, for tests.

use super::opcode as op;

/// `c` module, name.
pub fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

/// Two short texts and STACK_GLOBAL.
pub fn stack_global(module: &str, name: &str) -> Vec<u8> {
    [text(module), text(name), vec![op::STACK_GLOBAL]].concat()
}

/// SHORT_BINUNICODE.
pub fn text(text: &str) -> Vec<u8> {
    [&[op::SHORT_BINUNICODE, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// BINUNICODE.
pub fn long_text(text: &str) -> Vec<u8> {
    [&[op::BINUNICODE], u32::try_from(text.len()).unwrap().to_le_bytes().as_slice(), text.as_bytes()].concat()
}

/// BINBYTES.
pub fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&[op::BINBYTES], u32::try_from(bytes.len()).unwrap().to_le_bytes().as_slice(), bytes].concat()
}

pub fn protocol(protocol: u8) -> Vec<u8> {
    vec![op::PROTO, protocol]
}

/// FRAME around some opcodes.
pub fn frame(opcodes: &[u8]) -> Vec<u8> {
    false_frame(u64::try_from(opcodes.len()).unwrap(), opcodes)
}

pub fn false_frame(length: u64, opcodes: &[u8]) -> Vec<u8> {
    [&[op::FRAME], length.to_le_bytes().as_slice(), opcodes].concat()
}

/// One text in a tuple, and REDUCE.
pub fn call_with(argument: &str) -> Vec<u8> {
    [text(argument), vec![op::TUPLE1, op::REDUCE]].concat()
}

/// A whole pickle of protocol 4.
pub fn pickle(parts: &[&[u8]]) -> Vec<u8> {
    [protocol(4), parts.concat(), vec![op::STOP]].concat()
}

/// A pickle that calls `os.system`, harmlessly.
pub fn dangerous() -> Vec<u8> {
    pickle(&[&stack_global("os", "system"), &call_with("true")])
}

/// A pickle that imports a class of nobody's.
pub fn suspicious() -> Vec<u8> {
    pickle(&[&stack_global("acme.layers", "Dense"), &[op::EMPTY_TUPLE, op::NEWOBJ]])
}

/// A pickle of plain data.
pub fn clean() -> Vec<u8> {
    pickle(&[&[op::EMPTY_LIST, op::MARK, op::BININT1, 1, op::NONE, op::APPENDS]])
}
