//! Time to summarise values: nanoseconds for 4 096 of them, by what is kept.

use std::hint::black_box;

use capstake::math::lanes::LANES;
use capstake::math::simd::Isa;
use capstake::simd_fn;
use capstake::stats::bins::{CoarseBins, FineBins};
use capstake::stats::moments::{CHUNK, ChunkCoMoments, ChunkMoments, Moments};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

simd_fn! {
    fn add_defined(chunk: &mut ChunkMoments, values: &[f64]) {
        for block in values.as_chunks::<LANES>().0 {
            chunk.add_block_defined(block);
        }
    }
}

simd_fn! {
    fn add_blocks(chunk: &mut ChunkMoments, values: &[f64]) {
        for block in values.as_chunks::<LANES>().0 {
            chunk.add_block(block);
        }
    }
}

simd_fn! {
    fn add_pairs(chunk: &mut ChunkCoMoments, xs: &[f64], ys: &[f64]) {
        for (x, y) in xs.as_chunks::<LANES>().0.iter().zip(ys.as_chunks::<LANES>().0) {
            chunk.add_block(x, y);
        }
    }
}

simd_fn! {
    fn add_bins(bins: &mut FineBins, values: &[f64]) {
        bins.add_all(values)
    }
}

fn normal(i: usize) -> f64 {
    // A sum of twelve hashed uniforms: near enough to a normal draw for timing.
    let mut state = i as u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 * 2f64.powi(-53)
    };
    (0..12).map(|_| uniform()).sum::<f64>() - 6.0
}

fn statistics(criterion: &mut Criterion) {
    // More values than the branch predictor can learn by heart, visited chunk by chunk.
    const CHUNKS: usize = 64;
    let lognormal: Vec<f64> = (0..CHUNKS * CHUNK).map(|i| (4.0 + normal(i)).exp()).collect();
    let holes: Vec<f64> = lognormal
        .iter()
        .enumerate()
        .map(|(i, &x)| if normal(i + 1_000_000) > 0.3 { f64::NAN } else { x })
        .collect();
    let flags: Vec<f64> = lognormal.iter().map(|&x| f64::from(x > 60.0)).collect();
    let normals: Vec<f64> = (0..CHUNKS * CHUNK).map(normal).collect();

    let mut group = criterion.benchmark_group("4096 values");
    group.throughput(Throughput::Elements(CHUNK as u64));
    for isa in Isa::available() {
        group.bench_function(format!("moments, defined, {}", isa.name()), |b| {
            let mut chunks = lognormal.chunks(CHUNK).cycle();
            b.iter(|| {
                let mut chunk = ChunkMoments::EMPTY;
                add_defined(isa, &mut chunk, chunks.next().unwrap_or_default());
                black_box(chunk)
            });
        });
        group.bench_function(format!("moments, with undefined, {}", isa.name()), |b| {
            let mut chunks = holes.chunks(CHUNK).cycle();
            b.iter(|| {
                let mut chunk = ChunkMoments::EMPTY;
                add_blocks(isa, &mut chunk, chunks.next().unwrap_or_default());
                black_box(chunk)
            });
        });
        group.bench_function(format!("pairs, {}", isa.name()), |b| {
            let mut chunks = lognormal.chunks(CHUNK).zip(normals.chunks(CHUNK)).cycle();
            b.iter(|| {
                let mut chunk = ChunkCoMoments::EMPTY;
                let (x, y) = chunks.next().unwrap_or_default();
                add_pairs(isa, &mut chunk, x, y);
                black_box(chunk)
            });
        });
    }
    group.bench_function("a finished chunk into exact sums", |b| {
        let mut chunk = ChunkMoments::EMPTY;
        chunk.add_all(&lognormal[..CHUNK]);
        let mut moments = Moments::EMPTY;
        b.iter(|| moments.add_chunk(black_box(&chunk)));
    });
    for (name, values) in
        [("lognormal", &lognormal), ("with undefined", &holes), ("normal", &normals), ("flags", &flags)]
    {
        for isa in Isa::available() {
            group.bench_function(format!("fine bins, {name}, {}", isa.name()), |b| {
                let mut bins = FineBins::new();
                let mut chunks = values.chunks(CHUNK).cycle();
                b.iter(|| add_bins(isa, &mut bins, chunks.next().unwrap_or_default()));
            });
        }
    }
    group.bench_function("coarse bins, lognormal", |b| {
        let mut bins = CoarseBins::new();
        let mut chunks = lognormal.chunks(CHUNK).cycle();
        b.iter(|| bins.add_all(chunks.next().unwrap_or_default()));
    });
    group.finish();
}

criterion_group!(benches, statistics);
criterion_main!(benches);
