//! Randomness as a pure function of seed, stream name, path index and draw index.
//!
//! The engine draws by inversion: one uniform per draw, through a quantile function. With [`stream()`] you can draw from any
//! distribution of `rand_distr` as well, on "path 48,231 of stream X".
//!
//! The engine itself does not use `rand_distr`, for two reasons. Its copula needs inversion: correlated inputs are correlated
//! normals, each put through the quantile function of its own distribution. And many samplers of `rand_distr` reject candidates
//! and try again, so one draw consumes a varying number of random words. Two scenarios with different parameters would then no
//! longer share their later draws, and sharing them is what makes their difference precise (common random numbers).

pub mod philox;
pub mod sobol;
pub mod stream;
pub mod xoshiro;

use stream::{Sequence, StreamKey};

/// The random number generator of one path in the stream `name`, at its first draw.
///
/// It implements the traits of `rand`, so every distribution of `rand_distr` can sample from it. The numbers depend on the three
/// arguments alone: paths can be visited in any order and on any thread, and one path can be replayed without the others. They
/// are part of stream version 2 and do not change within it.
///
/// The model names its streams after the inputs that they drive, such as `segment.consumer.growth_now`. A name with a prefix of
/// your own, such as `my/claims`, gives independent numbers.
///
/// ```
/// use rand_distr::{Distribution, Gamma};
///
/// let claims = Gamma::new(2.0, 1.5)?; // shape, scale
/// let mut rng = capstake::rng::stream(1, "my/claims", 48_231);
/// let (first, second) = (claims.sample(&mut rng), claims.sample(&mut rng));
/// assert_eq!(first, claims.sample(&mut capstake::rng::stream(1, "my/claims", 48_231)));
/// # assert_ne!(first, second);
/// # Ok::<(), rand_distr::GammaError>(())
/// ```
pub fn stream(seed: u64, name: &str, path: u64) -> Sequence<f64> {
    Sequence::of_path(StreamKey::new(seed, name), path)
}

#[cfg(test)]
mod tests {
    use super::stream;
    use rand::{Rng, RngExt};
    use rand_distr::{Distribution, Gamma, Normal, Poisson};

    /// Frozen with stream version 2; computed apart from this code, from the definition, in Python.
    #[test]
    fn words_of_a_path_are_frozen() {
        let words = |path| {
            let mut rng = stream(20_260_101, "revenue growth", path);
            [rng.next_u64(), rng.next_u64(), u64::from(rng.next_u32())].map(|word| format!("{word:#018x}"))
        };
        assert_eq!(words(48_231), ["0xb502d024ab7b948a", "0x896ee36c99f27dfd", "0x00000000e6203e5f"]);
        assert_eq!(words(1 << 40), ["0xddcd5bf670c32c12", "0x2400daccfd872a69", "0x000000005a92be0a"]);
    }

    #[test]
    fn words_bytes_and_uniforms_are_of_one_sequence() {
        let outputs: [u64; 4] = {
            let mut rng = stream(3, "mixed", 5);
            std::array::from_fn(|_| rng.next_u64())
        };
        let mut rng = stream(3, "mixed", 5);
        assert_eq!(u64::from(rng.next_u32()), outputs[0] >> 32);
        assert_eq!(rng.uniform(), ((outputs[1] >> 12) as f64 + 0.5) * 0.5_f64.powi(52));
        let mut bytes = [0; 11];
        rng.clone().fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], outputs[2].to_le_bytes());
        assert_eq!(bytes[8..], outputs[3].to_le_bytes()[..3]);
        // The generator that filled the bytes was a copy.
        assert_eq!(rng.random::<u64>(), outputs[2]);
    }

    /// The z-score of the mean of one draw per path.
    fn z_of_mean(law: impl Distribution<f64>, mean: f64, std_dev: f64) -> f64 {
        const PATHS: u64 = 100_000;
        let sum: f64 = (0..PATHS).map(|path| law.sample(&mut stream(11, "moments", path))).sum();
        (sum / PATHS as f64 - mean) / (std_dev / (PATHS as f64).sqrt())
    }

    /// Laws of another library over the paths have their means, and would be seen to have another one.
    #[test]
    fn laws_of_rand_distr_over_paths_have_their_moments() {
        let normal = || Normal::new(3.0, 2.0).unwrap();
        let gamma = || Gamma::new(2.5, 1.2).unwrap();
        let squares = |law: Gamma<f64>| law.map(|x| (x - 3.0) * (x - 3.0));
        // Gamma(k, θ): mean kθ, variance kθ², fourth central moment (3k² + 6k) θ⁴.
        let fourth = (3.0 * 2.5 * 2.5 + 6.0 * 2.5) * 1.2_f64.powi(4);
        for (name, z, moved) in [
            ("normal", z_of_mean(normal(), 3.0, 2.0), z_of_mean(normal(), 3.05, 2.0)),
            ("gamma", z_of_mean(gamma(), 3.0, 3.6_f64.sqrt()), z_of_mean(gamma(), 3.05, 3.6_f64.sqrt())),
            (
                "variance of gamma",
                z_of_mean(squares(gamma()), 3.6, (fourth - 3.6 * 3.6).sqrt()),
                z_of_mean(squares(gamma()), 3.8, (fourth - 3.6 * 3.6).sqrt()),
            ),
            (
                "poisson",
                z_of_mean(Poisson::new(1.0).unwrap(), 1.0, 1.0),
                z_of_mean(Poisson::new(1.0).unwrap(), 1.02, 1.0),
            ),
        ] {
            assert!(z.abs() < 4.0, "{name}: z {z}");
            assert!(moved.abs() > 4.0, "{name}: the moved mean gives z {moved}");
        }
    }
}
