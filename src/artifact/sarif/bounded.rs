//! Lists of JSON that are kept up to a limit; what comes after is only counted.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

/// The first `N` items of a list.
#[derive(Debug)]
pub(super) struct Bounded<T, const N: usize> {
    pub items: Vec<T>,
    /// How many came after.
    pub more: usize,
}

impl<T, const N: usize> Default for Bounded<T, N> {
    fn default() -> Self {
        Self { items: Vec::new(), more: 0 }
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for Bounded<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List(PhantomData))
    }
}

struct List<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for List<T, N> {
    type Value = Bounded<T, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut kept = Bounded::default();
        while kept.items.len() < N {
            match list.next_element()? {
                Some(item) => kept.items.push(item),
                None => return Ok(kept),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            kept.more += 1;
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_beyond_the_limit_are_counted_and_must_still_be_json() {
        let kept: Bounded<u8, 2> = serde_json::from_str(r#"[1, 2, "x", {"y": []}]"#).unwrap();
        assert_eq!((kept.items, kept.more), (vec![1, 2], 2));
        let all: Bounded<u8, 2> = serde_json::from_str("[1]").unwrap();
        assert_eq!((all.items, all.more), (vec![1], 0));
        assert!(serde_json::from_str::<Bounded<u8, 2>>("[1, 2, ]").is_err());
        assert!(serde_json::from_str::<Bounded<u8, 2>>("7").is_err());
    }
}
