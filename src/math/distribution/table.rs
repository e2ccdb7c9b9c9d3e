//! A table of a smooth increasing function of standard normal y: quintic Hermite interpolation on equal cells.

use super::gaussian::tails;
use crate::math::normal;

/// The last |y| in a table; a standard normal exceeds it with probability 2·10⁻¹⁹.
pub(super) const END: f64 = 9.0;
/// The last |y| in the table of a truncated distribution, which may be a far tail of the whole one (10⁻³³).
pub(super) const FAR_END: f64 = 12.0;
const FEWEST_CELLS: usize = 128;
const MOST_CELLS: usize = 8192;

/// A function's value and first two derivatives at a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) value: f64,
    pub(super) first: f64,
    pub(super) second: f64,
}

/// Coefficients of each cell in `t` from 0 to 1, constant term first.
#[derive(Clone, Debug)]
pub(super) struct Table {
    end: f64,
    cells_per_unit: f64,
    cells: Vec<[f64; 6]>,
}

impl Table {
    /// Tabulates `node(y, P(Y ≤ y), P(Y > y), φ(y))` for y from `−end` to `end`, doubling the cells until
    /// `error(found, truth)` in the middle of each is at most `tolerance`.
    pub(super) fn new(
        node: impl Fn(f64, f64, f64, f64) -> Node,
        error: impl Fn(f64, f64) -> f64,
        tolerance: f64,
        end: f64,
    ) -> Self {
        let at = |index: usize, count: usize| {
            let y = end * (2.0 * index as f64 - count as f64) / count as f64;
            let (p, q) = tails(y);
            node(y, p, q, normal::pdf(y))
        };
        let mut nodes: Vec<Node> = (0..=FEWEST_CELLS).map(|i| at(i, FEWEST_CELLS)).collect();
        loop {
            let count = nodes.len() - 1;
            let table = Table::through(&nodes, end);
            if count >= MOST_CELLS {
                return table;
            }
            let between: Vec<Node> = (0..count).map(|i| at(2 * i + 1, 2 * count)).collect();
            let worst = between
                .iter()
                .zip(&table.cells)
                .map(|(truth, cell)| error(polynomial(cell, 0.5), truth.value))
                .fold(0.0, f64::max);
            if worst <= tolerance {
                return table;
            }
            let last = nodes[count];
            nodes = nodes.into_iter().zip(between).flat_map(|(a, b)| [a, b]).chain([last]).collect();
        }
    }

    fn through(nodes: &[Node], end: f64) -> Self {
        let count = nodes.len() - 1;
        let h = 2.0 * end / count as f64;
        let cells = nodes
            .windows(2)
            .map(|pair| {
                let (l, r) = (pair[0], pair[1]);
                let (c1, c2) = (l.first * h, 0.5 * l.second * h * h);
                let rise = r.value - l.value - c1 - c2;
                let slope = r.first * h - c1 - 2.0 * c2;
                let bend = r.second * h * h - 2.0 * c2;
                [
                    l.value,
                    c1,
                    c2,
                    10.0 * rise - 4.0 * slope + 0.5 * bend,
                    -15.0 * rise + 7.0 * slope - bend,
                    6.0 * rise - 3.0 * slope + 0.5 * bend,
                ]
            })
            .collect();
        Table { end, cells_per_unit: 1.0 / h, cells }
    }

    /// The function at y, constant beyond the ends.
    #[inline(always)]
    pub(super) fn at(&self, y: f64) -> f64 {
        let y = if y > self.end { self.end } else { y };
        let y = if y < -self.end { -self.end } else { y };
        let position = (y + self.end) * self.cells_per_unit;
        let cell = (position as usize).min(self.cells.len() - 1);
        polynomial(&self.cells[cell], position - cell as f64)
    }
}

#[inline(always)]
fn polynomial(c: &[f64; 6], t: f64) -> f64 {
    let high = t.mul_add(t.mul_add(c[5], c[4]), c[3]);
    t.mul_add(t.mul_add(t.mul_add(high, c[2]), c[1]), c[0])
}
