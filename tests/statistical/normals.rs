//! The normals of the streams: moments to the eighth, Kolmogorov–Smirnov, Anderson–Darling, and no pattern between streams.
//!
//! Over 4·10⁶ draws of one stream here; `CAPSTAKE_NORMALS=100000000 cargo test --release --test statistical normals` asks the
//! same of 10⁸ (some 800 MB and a minute).

use capstake::math::lanes::{LANES, Lanes};
use capstake::math::normal::cdf;
use capstake::math::simd::Isa;
use capstake::rng::stream::{StreamKey, sequences};

fn count() -> usize {
    std::env::var("CAPSTAKE_NORMALS").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000_000)
}

/// So many draws of the sequences of a stream, 40 of each path: along a path, then the next path.
fn along_paths(name: &str, count: usize) -> Vec<f64> {
    drawn(name, count, 40, |draws, all| {
        for path in 0..LANES {
            all.extend(draws.iter().map(|draw| draw[path]));
        }
    })
}

/// So many draws, the first two of each path: a draw of 64 paths, then the next draw, then the next 64 paths.
fn across_paths(name: &str, count: usize) -> Vec<f64> {
    drawn(name, count, 2, |draws, all| all.extend(draws.iter().flat_map(|draw| draw.0)))
}

fn drawn(name: &str, count: usize, of_path: usize, take: impl Fn(&[Lanes], &mut Vec<f64>)) -> Vec<f64> {
    let key = StreamKey::new(20_261_123, name);
    let mut draws = vec![Lanes::ZERO; of_path];
    let mut all = Vec::with_capacity(count + of_path * LANES);
    for first in (0..).step_by(LANES) {
        sequences(Isa::detect(), key, first, &mut draws);
        take(&draws, &mut all);
        if all.len() >= count {
            all.truncate(count);
            return all;
        }
    }
    unreachable!("paths do not end")
}

/// √n·D and A² of sorted values about the standard normal law.
fn distances(sorted: &[f64]) -> (f64, f64) {
    let n = sorted.len() as f64;
    let (mut largest, mut sum) = (0.0_f64, 0.0);
    for (i, &x) in sorted.iter().enumerate() {
        let below = cdf(x);
        let rank = i as f64;
        largest = largest.max((below - rank / n).abs()).max(((rank + 1.0) / n - below).abs());
        sum += (2.0 * rank + 1.0) * below.ln() + (2.0 * (n - rank) - 1.0) * cdf(-x).ln();
    }
    (largest * n.sqrt(), -n - sum / n)
}

/// z-scores of the moments 1 to 8 about those of the standard normal law.
fn moments(values: &[f64]) -> [f64; 8] {
    // E[x^k], k = 0..16: (k − 1)!! for even k.
    let double_factorial = |k: i32| (1..k).step_by(2).map(f64::from).product::<f64>();
    let truth = |k: i32| if k % 2 == 0 { double_factorial(k) } else { 0.0 };
    std::array::from_fn(|i| {
        let k = i as i32 + 1;
        let mean = values.iter().map(|x| x.powi(k)).sum::<f64>() / values.len() as f64;
        let variance = truth(2 * k) - truth(k) * truth(k);
        (mean - truth(k)) / (variance / values.len() as f64).sqrt()
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn normals_are_normal() {
    let mut values = along_paths("normals", count());
    let z = moments(&values);
    println!("moments 1 to 8, z: {z:.2?}");
    assert!(z.iter().all(|z| z.abs() < 4.0), "{z:?}");
    values.sort_unstable_by(f64::total_cmp);
    let (ks, ad) = distances(&values);
    println!(
        "{} draws: Kolmogorov-Smirnov {ks:.3} (0.1%: 1.95), Anderson-Darling {ad:.3} (0.1%: 6.0)",
        values.len()
    );
    assert!(ks < 1.95 && ad < 6.0, "{ks} {ad}");
    // A mean that is off by four thousandths is seen.
    values.iter_mut().for_each(|x| *x += 0.004);
    let (ks, ad) = distances(&values);
    assert!(ks > 1.95 && ad > 6.0, "moved: {ks} {ad}");
    assert!(moments(&values)[0] > 4.0);
}

/// χ² of 64 × 64 cells of equal probability, as a z-score.
fn cells(a: &[f64], b: &[f64]) -> f64 {
    const SIDE: usize = 64;
    let mut counts = vec![0.0; SIDE * SIDE];
    let place = |x: f64| ((cdf(x) * SIDE as f64) as usize).min(SIDE - 1);
    for (&x, &y) in a.iter().zip(b) {
        counts[place(x) * SIDE + place(y)] += 1.0;
    }
    let expected = a.len() as f64 / (SIDE * SIDE) as f64;
    let chi2: f64 = counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
    let freedom = (SIDE * SIDE - 1) as f64;
    (chi2 - freedom) / (2.0 * freedom).sqrt()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn streams_form_no_pattern_together() {
    let n = 500_000;
    for taken in [along_paths, across_paths] {
        no_pattern((0..6).map(|i| taken(&format!("stream.{i}"), n)).collect());
    }
}

/// Neither within a stream nor between two of them; the same draw of the same path stands at the same place in all.
fn no_pattern(streams: Vec<Vec<f64>>) {
    let n = streams[0].len();
    for i in 0..streams.len() {
        // Neighbours within a stream, and every pair of streams.
        let z = cells(&streams[i][1..], &streams[i][..n - 1]);
        assert!(z.abs() < 4.5, "stream {i} with itself, one later: {z}");
        for j in 0..i {
            let z = cells(&streams[i], &streams[j]);
            let product: f64 = streams[i].iter().zip(&streams[j]).map(|(x, y)| x * y).sum();
            let correlation = product / (n as f64).sqrt();
            assert!(z.abs() < 4.5 && correlation.abs() < 4.5, "streams {i}, {j}: {z}, {correlation}");
        }
    }
    // A weak dependence is seen.
    let tied: Vec<f64> = streams[0].iter().zip(&streams[1]).map(|(x, y)| 0.04 * x + 0.9992 * y).collect();
    assert!(cells(&streams[0], &tied) > 4.5);
}
