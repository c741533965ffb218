//! A memory bounded in bytes: what need not be asked for twice. What was used longest ago goes first.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by key, of at most so many bytes together. What a value takes is the caller's word.
#[derive(Debug)]
pub struct Kept<K, V> {
    max_bytes: usize,
    shelf: Mutex<Shelf<K, V>>,
}

#[derive(Debug)]
struct Shelf<K, V> {
    entries: BTreeMap<K, Entry<V>>,
    /// Keys by the turn of their last use.
    turns: BTreeMap<u64, K>,
    bytes: usize,
    turn: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    turn: u64,
}

impl<K: Ord + Clone, V: Clone> Kept<K, V> {
    pub const fn new(max_bytes: usize) -> Self {
        let shelf = Shelf { entries: BTreeMap::new(), turns: BTreeMap::new(), bytes: 0, turn: 0 };
        Self { max_bytes, shelf: Mutex::new(shelf) }
    }

    pub fn get(&self, key: &K) -> Option<V> {
        self.shelf().used(key)
    }

    /// Keeps `value`, if it fits at all.
    pub fn put(&self, key: K, value: V, bytes: usize) {
        if bytes <= self.max_bytes {
            self.shelf().put(key, value, bytes, self.max_bytes);
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.shelf().bytes
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<K, V>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Clone, V: Clone> Shelf<K, V> {
    fn next_turn(&mut self) -> u64 {
        self.turn = self.turn.saturating_add(1);
        self.turn
    }

    fn used(&mut self, key: &K) -> Option<V> {
        let turn = self.next_turn();
        let entry = self.entries.get_mut(key)?;
        self.turns.remove(&entry.turn);
        entry.turn = turn;
        self.turns.insert(turn, key.clone());
        Some(entry.value.clone())
    }

    fn put(&mut self, key: K, value: V, bytes: usize, max_bytes: usize) {
        self.remove(&key);
        while self.bytes.saturating_add(bytes) > max_bytes {
            let Some((_, oldest)) = self.turns.pop_first() else { break };
            self.remove(&oldest);
        }
        let turn = self.next_turn();
        self.turns.insert(turn, key.clone());
        self.bytes = self.bytes.saturating_add(bytes);
        self.entries.insert(key, Entry { value, bytes, turn });
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.turns.remove(&entry.turn);
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let kept = Kept::new(30);
        for name in ["a", "b", "c"] {
            kept.put(name, name, 10);
        }
        assert_eq!(kept.get(&"a"), Some("a"));
        kept.put("d", "d", 15);
        assert_eq!(["a", "b", "c", "d"].map(|name| kept.get(&name).is_some()), [true, false, false, true]);
        assert_eq!(kept.bytes(), 25);
    }

    #[test]
    fn nothing_larger_than_the_whole_is_kept_and_a_new_value_replaces_the_old() {
        let kept = Kept::new(10);
        kept.put("a", 1, 4);
        kept.put("b", 2, 11);
        assert_eq!((kept.get(&"a"), kept.get(&"b")), (Some(1), None));
        kept.put("a", 3, 10);
        assert_eq!((kept.get(&"a"), kept.bytes()), (Some(3), 10));
    }
}
