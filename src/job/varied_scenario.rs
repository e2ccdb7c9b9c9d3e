//! A scenario with varied keys, laid out for many points; points that vary one deal share a plan.

use super::error::{Exit, Failure};
use super::non_finite::NonFinitePaths;
use super::scenario::{Scenario, ScenarioFile};
use super::words::quoted;
use crate::config::{Code, Problem, Problems, Severity};
use crate::kernel::plan::Plan;
use crate::kernel::randomness::Randomness;
use crate::math::simd::Isa;
use crate::run::{NonFinite, single};
use crate::study::variant::{Variant, Variants};

/// A scenario and the keys that vary. A point is one value per key.
pub struct VariedScenario<'a> {
    /// The keys that vary.
    pub keys: Vec<String>,
    /// The scenario file.
    pub file: &'a ScenarioFile,
    /// The scenario without variation.
    pub base: &'a Scenario,
    /// Seed and sampling of all plans.
    pub randomness: Randomness,
    /// Instruction set of all plans.
    pub isa: Isa,
}

/// How the points are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As copies of the deal with this index, in one plan.
    Copies(usize),
    /// As one plan per point.
    Plans,
}

impl<'a> VariedScenario<'a> {
    /// A scenario whose keys vary around `plan`, its own.
    pub fn new(
        keys: Vec<String>,
        file: &'a ScenarioFile,
        base: &'a Scenario,
        plan: &Plan,
    ) -> VariedScenario<'a> {
        VariedScenario { keys, file, base, randomness: plan.randomness().clone(), isa: plan.isa() }
    }

    /// The `--set` flags of a point.
    pub fn flags(&self, values: &[String]) -> Vec<String> {
        self.keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect()
    }

    /// `deal.x.cap_usd_bn = 20 and deal.x.rate = 0.1`.
    pub fn describe(&self, values: &[String]) -> String {
        let words: Vec<String> =
            self.keys.iter().zip(values).map(|(key, value)| format!("{key} = {value}")).collect();
        words.join(" and ")
    }

    /// Chooses copies if all keys belong to one deal, all values are constants, and nothing else in the scenario refers to
    /// these keys.
    pub fn layout(&self, points: &[Vec<String>]) -> Layout {
        let deal_of = |key: &String| match key.split('.').collect::<Vec<_>>().as_slice() {
            ["deal", name, _] | ["deal", name, "rate", _, "rate"] => {
                self.base.model.deals.iter().position(|known| known.name == *name)
            }
            _ => None,
        };
        let Some(deal) = self.keys.first().and_then(deal_of) else { return Layout::Plans };
        // A key that correlations or shared draws refer to is not independent of the rest of the scenario.
        let alone =
            |key: &String| deal_of(key) == Some(deal) && !self.base.resolved.contains(&format!("\"{key}"));
        // A distribution draws from the stream named after its key, which differs in a copy.
        let constant = |value: &String| !value.starts_with(['{', '[']);
        if self.keys.iter().all(alone) && points.iter().flatten().all(constant) {
            Layout::Copies(deal)
        } else {
            Layout::Plans
        }
    }

    /// Lays out the scenario without variation, then every point.
    pub fn lay_out(&self, points: &[Vec<String>]) -> Result<Variants, Failure> {
        match self.layout(points) {
            Layout::Copies(deal) => self.copies(deal, points),
            Layout::Plans => {
                let (plan, variant) = self.base();
                self.plans(points, Variants { plans: vec![plan], variants: vec![variant] })
            }
        }
    }

    /// Lays out every point, without the unvaried scenario.
    pub fn lay_out_alone(&self, points: &[Vec<String>]) -> Result<Variants, Failure> {
        match self.layout(points) {
            Layout::Copies(deal) => {
                let mut variants = self.copies(deal, points)?;
                variants.variants.remove(0);
                Ok(variants)
            }
            Layout::Plans => self.plans(points, Variants { plans: Vec::new(), variants: Vec::new() }),
        }
    }

    fn base(&self) -> (Plan, Variant) {
        let plan = Plan::from_model(&self.base.model, self.randomness.clone(), self.isa);
        let deals = (0..plan.deals().len()).collect();
        (plan, Variant { plan: 0, deals })
    }

    fn plans(&self, points: &[Vec<String>], mut variants: Variants) -> Result<Variants, Failure> {
        let deals: Vec<usize> = (0..self.base.model.deals.len()).collect();
        for point in points {
            let scenario = self.judge(point)?;
            variants.variants.push(Variant { plan: variants.plans.len(), deals: deals.clone() });
            variants.plans.push(Plan::from_model(&scenario.model, self.randomness.clone(), self.isa));
        }
        Ok(variants)
    }

    fn copies(&self, deal: usize, points: &[Vec<String>]) -> Result<Variants, Failure> {
        let own = &self.base.model.deals[deal].name;
        let taken = |name: &String| self.base.model.deals.iter().any(|deal| deal.name == *name);
        let stem: String = own.chars().take(50).collect();
        let mut names = (0_u64..).map(|i| format!("{stem}--{i}")).filter(|name| !taken(name));
        let mut flags = self.base.overrides.clone();
        for point in points {
            let name = names.next().expect("there are more numbers than deals");
            flags.push(format!("deal.{name}.like=\"{own}\""));
            // Replace the deal's name, not the same letters in `deal.`.
            flags.extend(self.flags(point).into_iter().map(|flag| match flag.strip_prefix("deal.") {
                Some(rest) => format!("deal.{}", rest.replacen(own.as_str(), &name, 1)),
                None => flag,
            }));
        }
        let scenario = match self.file.variant(&flags) {
            Ok(scenario) => scenario,
            Err(failure) => {
                // Blame the first point that is invalid on its own; otherwise report the failure as it is.
                points.iter().try_for_each(|point| self.judge(point).map(drop))?;
                return Err(failure);
            }
        };
        let plan = Plan::from_model(&scenario.model, self.randomness.clone(), self.isa);
        let deals: Vec<usize> = (0..self.base.model.deals.len()).collect();
        let place = |at: usize| {
            let mut deals = deals.clone();
            deals[deal] = at;
            Variant { plan: 0, deals }
        };
        let variants =
            std::iter::once(deal).chain(deals.len()..deals.len() + points.len()).map(place).collect();
        Ok(Variants { plans: vec![plan], variants })
    }

    /// The first point whose path is not finite if simulated alone. A plan with copies does not say which copy failed.
    pub fn first_non_finite_point<'p>(
        &self,
        points: &'p [Vec<String>],
        path: u64,
    ) -> Option<&'p Vec<String>> {
        let is_non_finite = |scenario: &Scenario| {
            single(&Plan::from_model(&scenario.model, self.randomness.clone(), self.isa), path).non_finite
        };
        if is_non_finite(self.base) {
            return None;
        }
        points.iter().find(|point| self.judge(point).is_ok_and(|scenario| is_non_finite(&scenario)))
    }

    /// The record of non-finite `paths` in the plan with index `plan`, laid out for these points.
    pub fn non_finite_paths(
        &self,
        points: &[Vec<String>],
        variants: &Variants,
        plan: usize,
        paths: NonFinite,
        simulated: u64,
    ) -> NonFinitePaths {
        let own = |variant: &&Variant| variant.plan == plan;
        let point = match variants.variants.iter().filter(own).count() {
            0 | 1 => {
                let before = variants.variants.len() - points.len();
                let at = variants.variants.iter().position(|variant| variant.plan == plan);
                at.and_then(|at| points.get(at.checked_sub(before)?))
            }
            _ => paths.first.first().and_then(|&path| self.first_non_finite_point(points, path)),
        };
        NonFinitePaths {
            variant: point.map_or(String::new(), |point| self.describe(point)),
            paths,
            simulated,
            flags: point.map_or(Vec::new(), |point| self.flags(point)),
            scenario: 0,
        }
    }

    /// The warnings that the scenario of a point has and the unvaried one has not; nothing if there are none.
    pub fn own_warnings(&self, values: &[String]) -> Result<Option<(Scenario, Problems)>, Failure> {
        let point = self.judge(values)?;
        let known = |problem: &Problem| {
            self.base
                .warnings
                .iter()
                .any(|other| other.code == problem.code && other.message == problem.message)
        };
        let mut own = Problems::new();
        for problem in point.warnings.iter().filter(|one| one.severity == Severity::Warning && !known(one)) {
            own.push(problem.clone());
        }
        Ok((!own.is_empty()).then_some((point, own)))
    }

    /// The validated scenario of a point.
    pub fn judge(&self, values: &[String]) -> Result<Scenario, Failure> {
        let flags: Vec<String> = self.base.overrides.iter().cloned().chain(self.flags(values)).collect();
        self.file.variant(&flags).map_err(|failure| self.refused(values, failure))
    }

    /// The failure for an invalid point; names the value and the reason.
    fn refused(&self, values: &[String], failure: Failure) -> Failure {
        let Failure::Scenario { exit, problems, .. } = &failure else { return failure };
        let Some(first) = problems.iter().find(|problem| problem.severity == Severity::Error) else {
            return failure;
        };
        let of_key = matches!(first.code, Code::UnknownKey | Code::SetForm | Code::SetEntry | Code::SetPath);
        let message = if of_key {
            format!("`{}` cannot be varied: {}", self.keys.join("` and `"), first.message)
        } else {
            format!("`{}` cannot be: {}", self.describe(values), first.message)
        };
        let code = if of_key { Code::VaryKey } else { Code::VaryValue };
        let told = Failure::coded(if of_key { Exit::Usage } else { *exit }, code, message);
        let told = match &first.help {
            Some(help) => told.help(help.clone()),
            None => told,
        };
        let mut command = format!("capstake check {}", quoted(&self.base.path.display().to_string()));
        for flag in self.base.overrides.iter().cloned().chain(self.flags(values)) {
            command.push_str(&format!(" --set {}", quoted(&flag)));
        }
        told.help(format!("look at the whole of it: {command}"))
    }
}
