//! Quantities measured in all variants of a scenario on the same draws, level after level where a precision is asked for.

use capstake::kernel::plan::Plan;
use capstake::run::paired::{self, Keep, PairedResult};
use capstake::study::precision::metric::VariantFigure;
use capstake::study::precision::{Estimate, Target};
use capstake::study::quantity::Quantity;
use capstake::study::variant::{Columns, Variants};

use super::study::PairedRun;

/// What is measured of variants, laid out.
pub struct Measuring<'a> {
    plans: Vec<&'a Plan>,
    quantities: &'a [Quantity],
    /// The figures of the targets of a precision.
    figures: &'a [VariantFigure],
    /// The columns of the paired run.
    pub columns: Columns,
}

impl<'a> Measuring<'a> {
    /// Lays out the columns of quantities in all variants.
    pub fn new(
        variants: &'a Variants,
        quantities: &'a [Quantity],
        figures: &'a [VariantFigure],
    ) -> Measuring<'a> {
        let columns = Columns::new(variants, quantities, Keep::Bins);
        Measuring { plans: variants.plans.iter().collect(), quantities, figures, columns }
    }

    /// The run that measures them.
    pub fn run<'b>(&'b self, label: &'b str) -> PairedRun<'b> {
        let question = paired::Question { columns: &self.columns.columns, ..paired::Question::default() };
        PairedRun { plans: &self.plans, question, label }
    }

    /// The figure of each target in the variant in which it is farthest from precise.
    pub fn estimates(&self, result: &PairedResult, targets: &[Target]) -> Vec<Estimate> {
        let worst = |(target, figure): (&Target, &VariantFigure)| {
            let estimates = figure.estimates(self.quantities, &self.columns, result);
            target.worst(estimates).expect("a study has variants")
        };
        targets.iter().zip(self.figures).map(worst).collect()
    }
}
