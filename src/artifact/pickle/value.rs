//! What the machine knows of a value on the stack: as much as later opcodes may depend on, in eight bytes.

/// Text of up to this many bytes is remembered by its place, as it may become the name of an import. No real name is longer.
pub const TEXT_KEPT: u64 = 1024;
/// Places are kept in five bytes.
const PLACE_LIMIT: u64 = 1 << 40;
/// Numbers of elements are kept in seven bytes.
const COUNT_LIMIT: u64 = 1 << 56;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// No value: a slot of the memo that was not filled.
    Absent,
    Mark,
    /// Data that nothing depends on.
    Data,
    Nothing,
    Int(i32),
    /// The number that older torch files begin with.
    TorchMagic,
    /// Text as it stands in the file.
    Text(Place),
    /// Text with `\u0041` escapes, of UNICODE.
    Escaped(Place),
    /// Text in quotes with Python's escapes, of STRING.
    Quoted(Place),
    LongText,
    /// Bytes, by the number of the byte string in this pickle.
    Bytes(u32),
    /// A tuple of one byte string.
    BytesTuple(u32),
    /// A tuple that begins with text: what `numpy.dtype` is called with.
    TextTuple(Place),
    /// A tuple of whole numbers, by their product: a shape.
    Shape(Count),
    /// State of a numpy dtype, as far as it says how many bytes an element takes.
    DtypeState {
        is_object: bool,
        element_bytes: i32,
    },
    Dtype(u16),
    /// An import, by its number in this pickle.
    Global(u16),
    /// What came of calling an import.
    Made(u16),
    /// The state of a joblib array wrapper while it is put together.
    ArrayState(u32),
    /// An import by number, which only the reader can look up.
    Numbered,
    /// Anything else that a call, a reader or a buffer gives.
    Given,
}

/// Where text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    at: [u8; 5],
    length: [u8; 2],
}

impl Place {
    /// None where it is too long to be remembered.
    pub fn new(at: u64, length: u64) -> Option<Self> {
        let short = at < PLACE_LIMIT && length <= TEXT_KEPT;
        let [a, b, c, d, e, ..] = at.to_le_bytes();
        short.then(|| Self { at: [a, b, c, d, e], length: u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes() })
    }

    pub fn at(self) -> u64 {
        let [a, b, c, d, e] = self.at;
        u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
    }

    pub fn length(self) -> usize {
        usize::from(u16::from_le_bytes(self.length))
    }
}

/// A number of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count([u8; 7]);

impl Count {
    pub fn new(count: u64) -> Option<Self> {
        let [a, b, c, d, e, f, g, _] = count.to_le_bytes();
        (count < COUNT_LIMIT).then_some(Self([a, b, c, d, e, f, g]))
    }

    pub fn get(self) -> u64 {
        let [a, b, c, d, e, f, g] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, 0])
    }
}

impl Value {
    /// A tuple of `items`, as far as it matters.
    pub fn tuple(items: &[Self]) -> Self {
        match items {
            [Self::Bytes(number)] => Self::BytesTuple(*number),
            [Self::Text(place), ..] => Self::TextTuple(*place),
            [Self::Int(3 | 4), .., Self::Int(element_bytes), Self::Int(_), Self::Int(flags)] if items.len() == 8 => {
                Self::DtypeState { is_object: flags & 1 != 0, element_bytes: *element_bytes }
            }
            _ => Self::shape(items),
        }
    }

    fn shape(items: &[Self]) -> Self {
        const MAX_DIMENSIONS: usize = 64;
        if items.len() > MAX_DIMENSIONS {
            return Self::Data;
        }
        let product = items.iter().try_fold(1_u64, |product, item| match item {
            Self::Int(length) => product.checked_mul(u64::try_from(*length).ok()?),
            _ => None,
        });
        product.and_then(Count::new).map_or(Self::Data, Self::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_eight_bytes() {
        assert_eq!(size_of::<Value>(), 8);
    }

    #[test]
    fn places_and_counts_come_back_as_they_went_in() {
        let place = Place::new(0x12_3456_789a, 1024).unwrap();
        assert_eq!((place.at(), place.length()), (0x12_3456_789a, 1024));
        assert_eq!(Place::new(0, 1025), None);
        assert_eq!(Place::new(1 << 40, 1), None);
        assert_eq!(Count::new(1 << 55).map(Count::get), Some(1 << 55));
        assert_eq!(Count::new(1 << 56), None);
    }

    #[test]
    fn a_tuple_of_numbers_is_a_shape() {
        assert_eq!(Value::tuple(&[Value::Int(3), Value::Int(4)]), Value::Shape(Count::new(12).unwrap()));
        assert_eq!(Value::tuple(&[]), Value::Shape(Count::new(1).unwrap()));
        assert_eq!(Value::tuple(&[Value::Int(3), Value::Int(-4)]), Value::Data);
        assert_eq!(Value::tuple(&[Value::Int(3), Value::Data]), Value::Data);
    }
}
