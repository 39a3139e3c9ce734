//! Randomness for pauses, so that callers who failed together do not come back together.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where pauses get their randomness from.
pub trait Jitter: Send + Sync {
    /// A number in [0, 1), evenly spread.
    fn fraction(&self) -> f64;
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014, <https://doi.org/10.1145/2660193.2660195>) from a seed: enough for
/// pauses, worthless for secrets.
#[derive(Debug)]
pub struct SeededJitter(AtomicU64);

impl SeededJitter {
    /// The same seed gives the same pauses.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Jitter for SeededJitter {
    fn fraction(&self) -> f64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // The upper 53 bits fill a double's mantissa.
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_fill_the_unit_interval() {
        let jitter = SeededJitter::new(7);
        let drawn: Vec<f64> = (0..10_000).map(|_| jitter.fraction()).collect();
        assert!(drawn.iter().all(|fraction| (0.0..1.0).contains(fraction)));
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        assert!((0.48..0.52).contains(&mean), "mean {mean}");
    }
}
