//! Which bytes of a large file are fetched next: few where its reader jumps about, more and more where it reads on.

/// Most bytes of the start, and of the end: directories of archives stand there.
const EDGE_BYTES: u64 = 64 * 1024;
/// Around a place that a reader jumped to.
const JUMP_BYTES: u64 = 32 * 1024;
/// Where a reader goes on behind what is here: at first, and at most.
const FIRST_STEP_BYTES: u64 = 256 * 1024;
const LARGEST_STEP_BYTES: u64 = 4 * 1024 * 1024;
/// Most chunks of one round.
const CHUNKS_PER_ROUND: usize = 64;

/// A stretch to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Chunk {
    fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// Chooses chunks for one file.
#[derive(Debug)]
pub(super) struct Chunks {
    size: u64,
    /// Where the last chunk ended, and what the next one takes if the reader goes on there.
    on: u64,
    step: u64,
}

impl Chunks {
    pub(super) fn new(size: u64) -> Self {
        Self { size, on: 0, step: EDGE_BYTES }
    }

    /// What to fetch for bytes that were missing at these positions, in ascending order. `gap_at` says how many bytes
    /// from a position on are not here.
    pub(super) fn next(&mut self, missing: &[u64], gap_at: impl Fn(u64) -> u64) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = Vec::new();
        for offset in missing.iter().copied() {
            if chunks.last().is_some_and(|last| offset < last.end()) {
                continue;
            }
            if chunks.len() == CHUNKS_PER_ROUND {
                break;
            }
            let length = self.length_at(offset, missing.len() > 1).min(gap_at(offset));
            chunks.push(Chunk { offset, length });
        }
        if let Some(last) = chunks.last() {
            self.on = last.end();
        }
        chunks
    }

    fn length_at(&mut self, offset: u64, is_one_of_many: bool) -> u64 {
        let left = self.size.saturating_sub(offset);
        if left <= 2 * EDGE_BYTES {
            return left;
        }
        if offset != self.on || is_one_of_many {
            self.step = FIRST_STEP_BYTES;
            return JUMP_BYTES;
        }
        let length = self.step;
        self.step = self.step.saturating_mul(2).clamp(FIRST_STEP_BYTES, LARGEST_STEP_BYTES);
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    fn lengths(chunks: &mut Chunks, missing: &[u64]) -> Vec<(u64, u64)> {
        let next = chunks.next(missing, |_| u64::MAX);
        next.into_iter().map(|chunk| (chunk.offset / KIB, chunk.length / KIB)).collect()
    }

    #[test]
    fn chunks_grow_while_a_reader_goes_on() {
        let mut chunks = Chunks::new(1 << 30);
        let mut at = 0;
        let mut taken = Vec::new();
        for _ in 0..8 {
            let next = chunks.next(&[at], |_| u64::MAX)[0];
            taken.push(next.length / KIB);
            at = next.end();
        }
        assert_eq!(taken, [64, 256, 512, 1024, 2048, 4096, 4096, 4096]);
    }

    #[test]
    fn chunks_are_small_where_a_reader_jumps_and_reach_to_the_end_near_it() {
        let mut chunks = Chunks::new(1 << 30);
        assert_eq!(lengths(&mut chunks, &[0]), [(0, 64)]);
        let size = (1 << 30) / KIB;
        assert_eq!(lengths(&mut chunks, &[(size - 65) * KIB]), [(size - 65, 65)]);
        assert_eq!(lengths(&mut chunks, &[1000 * KIB]), [(1000, 32)]);
        assert_eq!(lengths(&mut chunks, &[1032 * KIB]), [(1032, 256)], "it goes on there");
        let many = [10 * KIB, 20 * KIB, 100 * KIB, 4000 * KIB];
        assert_eq!(lengths(&mut chunks, &many), [(10, 32), (100, 32), (4000, 32)], "one chunk for neighbours");
    }

    #[test]
    fn a_small_file_is_one_chunk_and_nothing_is_fetched_twice() {
        let mut chunks = Chunks::new(100 * KIB);
        assert_eq!(lengths(&mut chunks, &[0]), [(0, 100)]);
        let held = Chunks::new(1 << 30).next(&[0], |_| 5);
        assert_eq!(held, [Chunk { offset: 0, length: 5 }]);
        let many: Vec<u64> = (0..1_000).map(|n| n * 1024 * KIB).collect();
        assert_eq!(Chunks::new(1 << 40).next(&many, |_| u64::MAX).len(), CHUNKS_PER_ROUND);
    }
}
