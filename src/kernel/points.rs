//! The Sobol points of a plan: where each of its random variables stands among them.

use super::brownian_bridge::Bridge;
use super::dimensions::{Coordinate, Dimensions, shock_streams};
use super::timeline::Steps;
use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::quantile_block;
use crate::math::simd::Isa;
use crate::math::vector::{Bits, Vector, WIDTH};
use crate::model::Model;
use crate::model::run::Replicates;
use crate::rng::sobol::{self, DIMENSIONS, Group, Variable};
use crate::rng::stream::{StreamKey, normals, uniform_of_fraction};
use crate::simd_fn;
use std::collections::HashMap;
use std::sync::Arc;

/// The points of the variables of a model, with the dimensions that another one, the first of a study, gives them.
///
/// Variants of a scenario share the table of the first: their draws then pair path by path. Variables that the first lacks get the
/// dimensions after all of its own.
pub struct PointTable {
    /// The dimensions that come first.
    first: Arc<Dimensions>,
    /// The dimensions of the model for which the table was made; those of `first` or of a variant.
    own: Dimensions,
    seed: u64,
    replicates: Replicates,
    /// Slots of each stream: its components with a dimension, from the first one on.
    slots: HashMap<String, Slots>,
    points: sobol::Points,
}

/// A stream's consecutive places among the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    /// The place of component 0.
    pub first: usize,
    /// How many components have a place; those after them come from the stream as under plain sampling, because there are no
    /// more direction numbers.
    pub count: usize,
}

impl Slots {
    /// The place of a component, if it has one.
    #[inline(always)]
    pub fn slot(self, component: usize) -> Option<usize> {
        (component < self.count).then_some(self.first + component)
    }
}

impl PointTable {
    /// The table of a model, with its dimensions after those of `first`.
    pub fn new(first: Arc<Dimensions>, model: &Model, seed: u64, replicates: Replicates) -> PointTable {
        let own = Dimensions::of(model);
        let known: HashMap<Coordinate, usize> =
            first.coordinates().enumerate().map(|(dimension, coordinate)| (coordinate, dimension)).collect();
        let mut further = first.count();
        let mut dimensions: HashMap<String, Vec<usize>> = HashMap::new();
        for coordinate in own.coordinates() {
            let dimension = known.get(&coordinate).copied().unwrap_or_else(|| {
                further += 1;
                further - 1
            });
            // Components of a stream come in ascending order.
            dimensions.entry(coordinate.stream).or_default().push(dimension);
        }
        let (mut slots, mut variables) = (HashMap::new(), Vec::new());
        for stream in own.coordinates().filter(|coordinate| coordinate.component == 0).map(|c| c.stream) {
            let dimensions = &dimensions[&stream];
            let count = dimensions.iter().take_while(|&&dimension| dimension < DIMENSIONS).count();
            let keys = StreamKey::new(seed, &stream).rounds();
            slots.insert(stream, Slots { first: variables.len(), count });
            variables.extend(
                dimensions[..count].iter().enumerate().map(|(component, &dimension)| Variable {
                    keys,
                    component: component as u32,
                    dimension,
                }),
            );
        }
        let points = sobol::Points::new(variables, replicates.get());
        PointTable { first, own, seed, replicates, slots, points }
    }

    /// The table for another model with the same seed and replicates: this one, where it has all of the model's variables.
    pub fn for_variant(self: &Arc<PointTable>, model: &Model) -> Arc<PointTable> {
        let own = Dimensions::of(model);
        let within = |ours: &[String], theirs: &[String]| ours.iter().all(|name| theirs.contains(name));
        if own.visits == self.own.visits
            && within(&own.inputs, &self.own.inputs)
            && within(&own.factors, &self.own.factors)
            && within(&own.shocks, &self.own.shocks)
        {
            return Arc::clone(self);
        }
        Arc::new(PointTable::new(Arc::clone(&self.first), model, self.seed, self.replicates))
    }

    /// The dimensions that come first.
    pub fn first(&self) -> &Arc<Dimensions> {
        &self.first
    }

    /// The slots of a stream; none if it has no dimension.
    fn slots(&self, stream: &str) -> Slots {
        self.slots.get(stream).copied().unwrap_or_default()
    }
}

/// The places of a plan's variables.
pub struct PlanPoints {
    table: Arc<PointTable>,
    /// By row of the plan's inputs.
    pub inputs: Vec<Slots>,
    /// By position among the factors that are drawn.
    pub factors: Vec<Slots>,
    /// By shock: whether it strikes, and how much.
    pub shocks: Vec<[Slots; 2]>,
    /// The bridge of the factors.
    pub bridge: Bridge,
}

impl PlanPoints {
    /// The places of a plan's variables: inputs in the order of their rows, factors in the order in which they are drawn.
    pub fn new<'a>(
        table: Arc<PointTable>,
        model: &Model,
        steps: &Steps,
        inputs: impl Iterator<Item = &'a str>,
        factors: impl Iterator<Item = &'a str>,
    ) -> PlanPoints {
        PlanPoints {
            inputs: inputs.map(|name| table.slots(name)).collect(),
            factors: factors.map(|name| table.slots(name)).collect(),
            shocks: model
                .shocks
                .iter()
                .map(|shock| shock_streams(&shock.name).map(|stream| table.slots(&stream)))
                .collect(),
            bridge: Bridge::new(model, steps),
            table,
        }
    }

    /// The table.
    pub fn table(&self) -> &Arc<PointTable> {
        &self.table
    }

    /// The points of eight paths, the first of which is `first_path`, a multiple of eight.
    #[inline(always)]
    pub fn group(&self, first_path: u64) -> Group<'_> {
        let (block, replicates) = (first_path / LANES as u64, self.table.replicates);
        let point = replicates.first_point(block) + first_path % LANES as u64;
        self.table.points.group(replicates.of_block(block), point)
    }

    /// Makes the points of a replicate, which would else be made when a path first needs them.
    pub fn make(&self, replicate: usize) {
        self.table.points.make(replicate);
    }

    /// Number of places.
    pub fn count(&self) -> usize {
        self.table.points.count()
    }

    /// Writes the normals of all inputs on a block; inputs without a dimension take them from their streams.
    pub(super) fn inputs(&self, isa: Isa, first_path: u64, keys: &[StreamKey], normal: &mut [Lanes]) {
        let slots = self.inputs.iter().map(|slots| slots.slot(0));
        let groups: [Group<'_>; LANES / WIDTH] =
            std::array::from_fn(|group| self.group(first_path + (group * WIDTH) as u64));
        for ((slot, key), lanes) in slots.zip(keys).zip(normal) {
            match slot {
                None => normals(isa, *key, first_path, lanes),
                Some(slot) => {
                    let words = std::array::from_fn(|group| groups[group].word(slot));
                    block_normals(isa, &groups[0].lanes()[slot], &words, lanes);
                }
            }
        }
    }
}

simd_fn! {
    fn block_normals(lanes: &[f64; WIDTH], words: &[u64; LANES / WIDTH], out: &mut Lanes) {
        let mut uniform = Lanes::ZERO;
        for group in 0..LANES / WIDTH {
            for l in 0..WIDTH {
                uniform[group * WIDTH + l] = uniform_of_fraction(words[group] ^ lanes[l].to_bits());
            }
        }
        quantile_block(&uniform, out);
    }
}

/// The uniforms of a place on eight paths.
#[inline(always)]
pub fn uniform<V: Vector>(lanes: &[f64; WIDTH], word: u64) -> V {
    uniform_of_fraction::<V>(V::load(lanes).to_bits() ^ V::Bits::splat(word))
}
