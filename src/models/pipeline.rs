//! Preparation and model together: what is trained, saved, deployed and asked.

use super::calibration::Calibration;
use super::one_each::OneEach;
use super::threshold;
use super::{Fitted, Params, by_name, directions, must_learn, no_feature, unreadable};
use crate::error::{Error, Problem, Result};
use crate::table::{Column, Constraints, Matrix, Question, Role, Schema, Table, Target, Task};
use crate::transforms::{Preparation, TextForm, Wants};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A fitted model with all that it needs to read a table.
#[derive(Debug)]
pub struct Pipeline {
    schema: Schema,
    preparation: Preparation,
    algorithm: &'static str,
    params: Params,
    seed: u64,
    directions: Constraints,
    question: Question,
    answering: Answering,
    fitted: Box<dyn Fitted>,
}

/// How a model's probabilities become answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    /// From which probability on the positive class, or a label, is predicted.
    pub threshold: f64,
    /// Maps the model's probabilities to better ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

impl Default for Answering {
    fn default() -> Answering {
        Answering { threshold: threshold::USUAL, calibration: None }
    }
}

/// What holds for a fit whatever the algorithm.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The seed of everything random.
    pub seed: u64,
    /// Threads to use; they do not show in the model.
    pub threads: usize,
    /// Columns with which predictions may go one way only.
    pub directions: &'a Constraints,
    /// How the n-grams of texts find their columns.
    pub text: TextForm,
}

/// The form in which a pipeline is saved; the model file puts its version around it.
#[derive(Serialize, Deserialize)]
struct Saved {
    features: Schema,
    preparation: Preparation,
    kind: String,
    params: serde_json::Map<String, Json>,
    seed: u64,
    #[serde(default, skip_serializing_if = "Constraints::is_empty")]
    monotone: Constraints,
    /// Absent in files from before there were others than classes.
    #[serde(default)]
    question: Option<Question>,
    /// Present in those.
    #[serde(default, skip_serializing)]
    classes: Vec<String>,
    #[serde(default)]
    answering: Answering,
    model: Json,
}

impl Pipeline {
    /// Fits preparation and model on the feature columns of `table`. The second value
    /// tells what deserves attention: columns left out, a solver that has not converged.
    ///
    /// # Errors
    /// `Kind::Config` for an unknown `kind`, one that does not learn such a target, or
    /// constraints that it cannot keep; `Kind::Data` where nothing can be learnt: no feature
    /// left, fewer than two rows or classes, or an infinite number.
    pub fn fit(
        table: &Table,
        target: &Target,
        kind: &str,
        params: &Params,
        terms: &Terms<'_>,
    ) -> Result<(Pipeline, Vec<Problem>)> {
        Pipeline::fit_with(table, target, kind, params, terms, &|_| params.clone())
    }

    /// Fits another one on other rows, of the same kind and of the size that this one has become.
    ///
    /// # Errors
    /// As [`Pipeline::fit`].
    pub fn fit_alike(&self, table: &Table, target: &Target, terms: &Terms<'_>) -> Result<Pipeline> {
        let sized = |label: usize| self.fitted.params_alike(&self.params, label);
        Pipeline::fit_with(table, target, self.algorithm, &self.params, terms, &sized).map(|(pipeline, _)| pipeline)
    }

    /// With parameters of its own for each label.
    fn fit_with(
        table: &Table,
        target: &Target,
        kind: &str,
        params: &Params,
        terms: &Terms<'_>,
        sized: &dyn Fn(usize) -> Params,
    ) -> Result<(Pipeline, Vec<Problem>)> {
        let Terms { seed, threads, directions: constraints, text } = *terms;
        let algorithm = by_name(kind)?;
        must_learn(algorithm, target.task())?;
        directions::must_keep(algorithm, constraints)?;
        directions::check(constraints, table.schema(), target.task(), "")?;
        refuse_infinite(table)?;
        if table.rows() < 2 {
            return Err(Error::data("", format!("a model cannot be learnt from {} row(s)", table.rows()))
                .hint("put more data into the input folder"));
        }
        let wants = Wants {
            standardize: algorithm.wants_standardized(params),
            missing_as_nan: algorithm.takes_missing_as_nan(),
            codes: algorithm.takes_categories(),
            sparse: algorithm.takes_sparse(),
            text,
        };
        let (preparation, x, mut notices) = Preparation::fit_transform(table, target, wants, seed)?;
        if preparation.width() == 0 {
            let reasons: Vec<String> = notices.iter().map(Problem::sentence).collect();
            return Err(no_feature()
                .why(if reasons.is_empty() { "no column is a feature".to_string() } else { reasons.join("; ") })
                .hint("see data.features, data.ignore and data.types"));
        }
        let x = x.with_kinds(preparation.kinds(constraints));
        let fitted: Box<dyn Fitted> = match target {
            Target::Labels(labels) => Box::new(OneEach::fit(algorithm, &x, labels, sized, seed, threads)?),
            _ => algorithm.fit(&x, target, &sized(0), seed, threads)?,
        };
        notices.extend(fitted.notices());
        let pipeline = Pipeline {
            schema: Schema { columns: table.schema().features().cloned().collect() },
            preparation,
            algorithm: algorithm.name(),
            params: params.clone(),
            seed,
            directions: constraints.clone(),
            question: target.question(),
            answering: Answering::default(),
            fitted,
        };
        Ok((pipeline, notices))
    }

    /// Answers, rows × [`Question::outputs`]: probabilities of classes or labels in the order
    /// of [`Pipeline::question`] (for a yes/no question the second column is the positive
    /// class), or the predicted number. Columns are found by name; a column of another type than in training is read as that one's type.
    ///
    /// # Errors
    /// `Kind::Data` where feature columns are missing; all are named.
    pub fn predict(&self, table: &Table, threads: usize) -> Result<Matrix> {
        let mut answers = self.fitted.predict(&self.preparation.apply(table)?, threads);
        if let Some(calibration) = &self.answering.calibration {
            calibration.apply(&mut answers, self.question.task().is_classes());
        }
        Ok(answers)
    }

    /// The same pipeline, answering so.
    pub fn answering(self, answering: Answering) -> Pipeline {
        Pipeline { answering, ..self }
    }

    /// How its probabilities become answers.
    pub fn answers(&self) -> Answering {
        self.answering.clone()
    }

    /// From which probability on the positive class, or a label, is predicted.
    pub fn threshold(&self) -> f64 {
        self.answering.threshold
    }

    /// Whether its probabilities are calibrated.
    pub fn is_calibrated(&self) -> bool {
        self.answering.calibration.is_some()
    }

    /// The feature columns of the training table, in its order, also those left out.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How tables become the numbers that the model sees.
    pub fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// The name of the algorithm.
    pub fn kind(&self) -> &'static str {
        self.algorithm
    }

    /// All parameters of the algorithm.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The columns with which predictions go one way only.
    pub fn directions(&self) -> &Constraints {
        &self.directions
    }

    /// What the columns of predictions answer.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The model itself, for its facts.
    pub fn model(&self) -> &dyn Fitted {
        self.fitted.as_ref()
    }

    /// The whole pipeline, as [`Pipeline::from_value`] reads it.
    pub fn to_value(&self) -> Json {
        let saved = Saved {
            features: self.schema.clone(),
            preparation: self.preparation.clone(),
            kind: self.algorithm.to_string(),
            params: self.params.to_json(),
            seed: self.seed,
            monotone: self.directions.clone(),
            question: Some(self.question.clone()),
            classes: Vec::new(),
            answering: self.answering.clone(),
            model: self.fitted.save(),
        };
        serde_json::to_value(saved).unwrap_or_default()
    }

    /// Reads what [`Pipeline::to_value`] wrote. Predictions are then bit for bit the same.
    ///
    /// # Errors
    /// `Kind::Data` where the value is damaged or its parts do not fit together.
    pub fn from_value(value: Json) -> Result<Pipeline> {
        let saved: Saved = serde_json::from_value(value).map_err(|error| unreadable("pipeline", error))?;
        let algorithm = by_name(&saved.kind).map_err(|error| unreadable("pipeline", error))?;
        let params = Params::check(algorithm.params(), &saved.params, "/params")
            .map_err(|problems| unreadable("pipeline", problems.first().map(Problem::sentence).unwrap_or_default()))?;
        let question = saved.question.unwrap_or(Question::Classes(saved.classes));
        let fitted: Box<dyn Fitted> = match question.task() {
            Task::Multilabel => Box::new(OneEach::load(algorithm, saved.model)?),
            _ => algorithm.load(saved.model)?,
        };
        if !saved.preparation.is_sound() {
            return Err(unreadable("pipeline", "a text column is wider than any that is learnt"));
        }
        let fits = fitted.width() == saved.preparation.width() && fitted.outputs() == question.outputs();
        if !fits || !super::learns(algorithm, question.task()) {
            return Err(unreadable("pipeline", "features, classes and model do not fit together"));
        }
        let maps = saved.answering.calibration.as_ref();
        let probable = (0.0..=1.0).contains(&saved.answering.threshold);
        if !probable || maps.is_some_and(|maps| !(maps.fits(&question) && maps.is_sound())) {
            return Err(unreadable("pipeline", "threshold and calibration do not fit the question"));
        }
        if saved.preparation.has_nan() && !algorithm.takes_missing_as_nan() {
            return Err(unreadable("pipeline", format!("{} cannot do without medians", saved.kind)));
        }
        if saved.preparation.has_sparse() && !algorithm.takes_sparse() {
            return Err(unreadable("pipeline", format!("{} takes no sparse columns", saved.kind)));
        }
        if saved.features.columns.iter().any(|c| c.role != Role::Feature) {
            return Err(unreadable("pipeline", "a column among the features is none"));
        }
        let columns = saved.features.names();
        if let Some(lost) = saved.preparation.features().iter().find(|f| !columns.contains(&f.column.as_str())) {
            return Err(unreadable("pipeline", format!("column {:?} is not among the features", lost.column)));
        }
        Ok(Pipeline {
            schema: saved.features,
            preparation: saved.preparation,
            algorithm: algorithm.name(),
            params,
            seed: saved.seed,
            directions: saved.monotone,
            question,
            answering: saved.answering,
            fitted,
        })
    }
}

/// Readers reject infinite cells with their place; a table made in another way may have them.
fn refuse_infinite(table: &Table) -> Result<()> {
    for (schema, column) in table.columns() {
        if let Column::Numbers(values) = column
            && schema.role == Role::Feature
            && let Some(row) = values.iter().position(|v| v.is_infinite())
        {
            return Err(Error::data("", format!("column {:?} holds an infinite number in row {row}", schema.name))
                .hint("leave the cell empty if the value is unknown"));
        }
    }
    Ok(())
}
