//! Levels of a run that stops when it is precise enough: their sizes do not depend on threads, chunks in flight or a stop between.

use super::options::CHUNK_PATHS;

/// Paths at the end of each level: 4,096 · 2^j, and at last all `paths` that may be spent. A level that leaves less than a quarter of
/// them for the last is left out: the two would share nearly all their paths, and the one would say nothing of the other.
pub fn levels(paths: u64) -> impl Iterator<Item = u64> {
    let doubling = std::iter::successors(Some(CHUNK_PATHS), |level| level.checked_mul(2));
    let before = doubling.take_while(move |&level| level <= paths - paths.div_ceil(4));
    before.chain(std::iter::once(paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_double_up_to_the_paths_that_may_be_spent() {
        let all = |paths| levels(paths).collect::<Vec<_>>();
        assert_eq!(all(22_000), [4_096, 8_192, 16_384, 22_000]);
        assert_eq!(all(20_000), [4_096, 8_192, 20_000]);
        assert_eq!(all(4_100), [4_100]);
        assert_eq!(all(8_192), [4_096, 8_192]);
        assert_eq!(all(7), [7]);
    }
}
