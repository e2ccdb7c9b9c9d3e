//! Nanoseconds a number: our draws and functions over blocks, beside `rand_distr` and the system's math library.
//!
//! `cargo bench --bench sampling`. Criterion reports throughput in elements per second; each element is one number.

use std::hint::black_box;

use capstake::math::lanes::{LANES, Lanes};
use capstake::math::simd::Isa;
use capstake::math::{elementary, normal};
use capstake::rng::stream::{self, StreamKey};
use capstake::simd_fn;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

simd_fn! {
    fn exps(x: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = elementary::exp(x[i]);
        }
    }
}

simd_fn! {
    fn lns(x: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = elementary::ln(x[i]);
        }
    }
}

/// Draws of a sequence: the quarters of ten years.
const SEQUENCE: usize = 40;

/// A group whose element is one number of a block, or of a pair of blocks.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    blocks: u64,
) -> BenchmarkGroup<'a, criterion::measurement::WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(LANES as u64 * blocks));
    group
}

fn draws(criterion: &mut Criterion) {
    let key = StreamKey::new(1, "bench");
    let (mut even, mut odd) = (Lanes::ZERO, Lanes::ZERO);
    for isa in Isa::available() {
        let mut path = 0_u64;
        let mut draws = vec![Lanes::ZERO; SEQUENCE];
        group(criterion, "normal", SEQUENCE as u64).bench_function(
            format!("sequences {}", isa.name()),
            |b| {
                b.iter(|| {
                    path += 64;
                    stream::sequences(isa, key, path, &mut draws);
                    black_box(&draws);
                });
            },
        );
        group(criterion, "normal", 1).bench_function(format!("normals {}", isa.name()), |b| {
            b.iter(|| {
                path += 64;
                stream::normals(isa, key, path, &mut even);
                black_box(&even);
            });
        });
        group(criterion, "uniform", 2).bench_function(format!("uniform_pairs {}", isa.name()), |b| {
            b.iter(|| {
                path += 64;
                stream::uniform_pairs(isa, key, path, 3, &mut even, &mut odd);
                black_box((&even, &odd));
            });
        });
    }
    let mut small = SmallRng::seed_from_u64(1);
    group(criterion, "normal", 1).bench_function("rand_distr StandardNormal, SmallRng", |b| {
        b.iter(|| {
            for lane in &mut even.0 {
                *lane = small.sample(rand_distr::StandardNormal);
            }
            black_box(&even);
        });
    });
    group(criterion, "uniform", 1).bench_function("rand SmallRng", |b| {
        b.iter(|| {
            for lane in &mut even.0 {
                *lane = small.random();
            }
            black_box(&even);
        });
    });
}

fn functions(criterion: &mut Criterion) {
    let (key, isa) = (StreamKey::new(2, "bench"), Isa::detect());
    let (mut uniform, mut other, mut out) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
    stream::uniform_pairs(isa, key, 0, 0, &mut uniform, &mut other);
    let mut normal_draw = Lanes::ZERO;
    stream::normals(isa, key, 0, &mut normal_draw);
    group(criterion, "exp", 1).bench_function("ours", |b| {
        b.iter(|| {
            exps(isa, black_box(&normal_draw), &mut out);
            black_box(&out);
        });
    });
    group(criterion, "exp", 1).bench_function("system", |b| {
        b.iter(|| {
            for (x, y) in black_box(&normal_draw).0.iter().zip(&mut out.0) {
                *y = x.exp();
            }
            black_box(&out);
        });
    });
    group(criterion, "ln", 1).bench_function("ours", |b| {
        b.iter(|| {
            lns(isa, black_box(&uniform), &mut out);
            black_box(&out);
        });
    });
    group(criterion, "ln", 1).bench_function("system", |b| {
        b.iter(|| {
            for (x, y) in black_box(&uniform).0.iter().zip(&mut out.0) {
                *y = x.ln();
            }
            black_box(&out);
        });
    });
    group(criterion, "quantile", 1).bench_function("ours", |b| {
        b.iter(|| {
            normal::quantiles(isa, black_box(&uniform), &mut out);
            black_box(&out);
        });
    });
    group(criterion, "cdf", 1).bench_function("cdf_pair, both", |b| {
        b.iter(|| {
            normal::cdf_pair(isa, black_box(&normal_draw), &mut out, &mut other);
            black_box((&out, &other));
        });
    });
}

criterion_group!(sampling, draws, functions);
criterion_main!(sampling);
