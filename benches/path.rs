//! The hot loop and whole runs, with a naive peer of the capped share in the same run.
//!
//! `cargo bench --bench path`: ns a path of each shipped scenario through the block kernels alone; whole runs with all
//! statistics; and the capped share on geometric Brownian revenue beside a naive program (rand, rand_distr's
//! `StandardNormal`, scalar `exp`, rayon).

use capstake::config;
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::math::simd::Isa;
use capstake::model::{Model, NoColumns};
use capstake::run::{self, Options, Silent};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use std::hint::black_box;

fn plan(file: &str) -> Plan {
    let text = std::fs::read_to_string(file).expect("a shipped scenario");
    let (_, config) = config::parse(file, &text, &[]);
    let config = config.expect("a shipped scenario reads");
    let (model, _) =
        Model::from_config(&config, "bench", "", &NoColumns).expect("a shipped scenario is valid");
    Plan::from_model(&model, 1, Isa::detect())
}

/// Block kernels alone: draws to metrics and yearly series, no statistics.
fn hot_loop(c: &mut Criterion) {
    let mut group = c.benchmark_group("hot-loop");
    for file in ["configs/base.toml", "configs/minimal.toml", "configs/schwartz-moon-2000.toml"] {
        let plan = plan(file);
        let mut block = Block::new(&plan);
        let mut path = 0;
        group.throughput(Throughput::Elements(LANES as u64));
        group.bench_function(file, |b| {
            b.iter(|| {
                block.run(&plan, path, BlockOptions::default());
                path += LANES as u64;
                black_box(&block.metrics);
            })
        });
    }
    group.finish();
}

/// Whole runs on one worker: draws, kernels, all statistics.
fn end_to_end(c: &mut Criterion) {
    let mut group = c.benchmark_group("run-one-thread");
    group.sample_size(10);
    for (file, paths) in [("configs/base.toml", 32_768), ("configs/capped-share.toml", 262_144)] {
        let plan = plan(file);
        group.throughput(Throughput::Elements(paths));
        group.bench_function(file, |b| {
            b.iter(|| black_box(run::execute(&plan, Options { paths, threads: 1 }, &Silent)))
        });
    }
    group.finish();
}

/// What an analyst would write first: one path after the other, a library's normals, the system's `exp`.
fn naive(paths: u64) -> f64 {
    const QUARTERS: usize = 40;
    let (growth, volatility, rate, cap, discount): (f64, f64, f64, f64, f64) = (0.30, 0.40, 0.20, 10.0, 0.12);
    let (drift, noise) = ((growth - volatility * volatility / 2.0) / 4.0, volatility / 2.0);
    let total: f64 = (0..paths.div_ceil(4096))
        .into_par_iter()
        .map(|chunk| {
            let mut rng = SmallRng::seed_from_u64(chunk);
            let mut sum = 0.0;
            for _ in 0..4096 {
                let (mut log, mut left) = (0.0_f64, cap);
                for quarter in 1..=QUARTERS {
                    let z: f64 = StandardNormal.sample(&mut rng);
                    log += drift + noise * z;
                    let paid = (rate * log.exp()).min(left);
                    left -= paid;
                    sum += paid * (-discount * quarter as f64 / 4.0).exp();
                }
            }
            sum
        })
        .sum();
    total / (paths.div_ceil(4096) * 4096) as f64
}

/// The capped share: the engine (with every statistic that it keeps) and the naive peer, one thread each.
fn peer(c: &mut Criterion) {
    const PATHS: u64 = 65_536;
    let mut group = c.benchmark_group("capped-share-one-thread");
    group.sample_size(20);
    group.throughput(Throughput::Elements(PATHS));
    let plan = plan("configs/capped-share.toml");
    group.bench_function("capstake-kernels", |b| {
        let mut block = Block::new(&plan);
        b.iter(|| {
            for path in (0..PATHS).step_by(LANES) {
                block.run(&plan, path, BlockOptions::default());
            }
            black_box(&block.metrics);
        })
    });
    group.bench_function("capstake-run", |b| {
        b.iter(|| black_box(run::execute(&plan, Options { paths: PATHS, threads: 1 }, &Silent)))
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one");
    group.bench_function("naive-peer", |b| b.iter(|| pool.install(|| black_box(naive(PATHS)))));
    group.finish();
}

criterion_group!(benches, hot_loop, end_to_end, peer);
criterion_main!(benches);
