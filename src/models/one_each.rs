//! Several labels by one yes/no model for each (binary relevance; Tsoumakas and Katakis, 2007).

use super::{Algorithm, Contributions, Facts, Fitted, Params, unreadable};
use crate::error::{Error, Problem, Result};
use crate::random::Random;
use crate::table::{Classes, Design, Labels, Matrix, Target};
use serde_json::{Value as Json, json};

/// A model for each label.
#[derive(Debug)]
pub struct OneEach {
    width: usize,
    parts: Vec<Part>,
}

/// What answers for one label.
#[derive(Debug)]
enum Part {
    /// A yes/no model.
    Model(Box<dyn Fitted>),
    /// All training rows, or none of them, had the label: there was nothing to learn from.
    Always(bool),
}

const NAME: &str = "multilabel model";

impl OneEach {
    /// Fits `algorithm` on each label in turn, with the parameters that `params` tells for it. A label
    /// that all rows have, or none, is answered so for ever.
    ///
    /// # Errors
    /// As [`Algorithm::fit`]; and where no label tells two rows apart.
    pub fn fit(
        algorithm: &dyn Algorithm,
        x: &Design,
        y: &Labels,
        params: impl Fn(usize) -> Params,
        seed: u64,
        threads: usize,
    ) -> Result<OneEach> {
        let mut parts = Vec::new();
        for label in 0..y.names.len() {
            let has = y.column(label);
            let first = has.first().copied().unwrap_or_default();
            if has.iter().all(|one| *one == first) {
                parts.push(Part::Always(first));
                continue;
            }
            let codes = has.iter().map(|has| u32::from(*has)).collect();
            let target = Target::Classes(Classes { classes: vec!["no".into(), "yes".into()], codes });
            let seed = Random::of_part(seed, label as u64).next_u64();
            parts.push(Part::Model(algorithm.fit(x, &target, &params(label), seed, threads)?));
        }
        if !parts.iter().any(|part| matches!(part, Part::Model(_))) {
            return Err(Error::data("", "every label is on all rows or on none")
                .why("a model learns from the difference of two classes")
                .hint("add rows, or name other columns in data.target"));
        }
        Ok(OneEach { width: x.cols(), parts })
    }

    /// Reads what [`Fitted::save`] wrote.
    ///
    /// # Errors
    /// `Kind::Data` where the value is no such model.
    pub fn load(algorithm: &dyn Algorithm, value: Json) -> Result<OneEach> {
        let Json::Object(mut map) = value else { return Err(unreadable(NAME, "it is no object")) };
        let width = map.get("width").and_then(Json::as_u64).unwrap_or_default() as usize;
        let Some(Json::Array(saved)) = map.remove("labels") else { return Err(unreadable(NAME, "labels are missing")) };
        let mut parts = Vec::new();
        for one in saved {
            parts.push(match one {
                Json::Bool(always) => Part::Always(always),
                model => {
                    let model = algorithm.load(model)?;
                    if model.width() != width || model.outputs() != 2 {
                        return Err(unreadable(NAME, "the models of two labels do not fit together"));
                    }
                    Part::Model(model)
                }
            });
        }
        Ok(OneEach { width, parts })
    }

    fn models(&self) -> impl Iterator<Item = &dyn Fitted> {
        self.parts.iter().filter_map(|part| match part {
            Part::Model(model) => Some(model.as_ref()),
            Part::Always(_) => None,
        })
    }
}

impl Fitted for OneEach {
    fn params_alike(&self, params: &Params, label: usize) -> Params {
        match self.parts.get(label) {
            Some(Part::Model(model)) => model.params_alike(params, 0),
            _ => params.clone(),
        }
    }

    fn cost(&self) -> usize {
        self.models().map(Fitted::cost).sum::<usize>().max(1)
    }

    fn width(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.parts.len()
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let mut out = Matrix::zeros(x.rows(), self.parts.len());
        for (label, part) in self.parts.iter().enumerate() {
            match part {
                Part::Always(has) => {
                    (0..x.rows()).for_each(|row| out.row_mut(row)[label] = f64::from(u8::from(*has)));
                }
                Part::Model(model) => {
                    let shares = model.predict(x, threads);
                    (0..x.rows()).for_each(|row| out.row_mut(row)[label] = shares.row(row)[1]);
                }
            }
        }
        out
    }

    fn raw(&self, x: &Design, threads: usize) -> Option<Matrix> {
        let mut out = Matrix::zeros(x.rows(), self.parts.len());
        for (label, part) in self.parts.iter().enumerate() {
            if let Part::Model(model) = part {
                let scores = model.raw(x, threads)?;
                (0..x.rows()).for_each(|row| out.row_mut(row)[label] = scores.row(row)[0]);
            }
        }
        Some(out)
    }

    /// A label that is always answered alike has the score 0, to which nothing contributes.
    fn contributions(&self, x: &Design, threads: usize) -> Option<Contributions> {
        let mut all = Contributions { base: Vec::new(), values: Vec::new() };
        for part in &self.parts {
            match part {
                Part::Always(_) => {
                    all.base.push(0.0);
                    all.values.push(Matrix::zeros(x.rows(), x.cols()));
                }
                Part::Model(model) => {
                    let one = model.contributions(x, threads)?;
                    all.base.extend(one.base);
                    all.values.extend(one.values);
                }
            }
        }
        Some(all)
    }

    fn save(&self) -> Json {
        let part = |part: &Part| match part {
            Part::Always(has) => Json::Bool(*has),
            Part::Model(model) => model.save(),
        };
        json!({ "width": self.width, "labels": self.parts.iter().map(part).collect::<Vec<_>>() })
    }

    /// Those of the first label that has any, and of how many others they are true.
    fn notices(&self) -> Vec<Problem> {
        let all: Vec<Vec<Problem>> = self.models().map(Fitted::notices).filter(|n| !n.is_empty()).collect();
        let others = all.len().saturating_sub(1);
        let mut first = all.into_iter().next().unwrap_or_default();
        if others > 0 {
            first.iter_mut().for_each(|notice| notice.what.push_str(&format!(" (the like for {others} more labels)")));
        }
        first
    }

    /// Importances are means over the labels; coefficients of many labels are not told.
    fn facts(&self) -> Facts {
        let facts: Vec<Facts> = self.models().map(Fitted::facts).collect();
        let shares: Vec<&Vec<f64>> = facts.iter().map(|f| &f.importances).filter(|i| i.len() == self.width).collect();
        let mean = |column: usize| shares.iter().map(|s| s[column]).sum::<f64>() / shares.len() as f64;
        let trees: usize = facts.iter().filter_map(|f| f.trees).sum();
        let converged: Vec<bool> = facts.iter().filter_map(|f| f.converged).collect();
        Facts {
            importances: if shares.is_empty() { Vec::new() } else { (0..self.width).map(mean).collect() },
            trees: (trees > 0).then_some(trees),
            converged: (!converged.is_empty()).then(|| converged.iter().all(|c| *c)),
            ..Facts::default()
        }
    }
}
