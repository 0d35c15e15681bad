//! What a challenger must show to take office.

use crate::error::Problem;
use crate::suggest::closest;
use serde::Serialize;

/// The rule of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    /// A strictly better score; a tie keeps the incumbent.
    Better,
    /// The 95% interval of the paired difference leaves no room for a loss beyond `margin`
    /// (non-inferiority), in the unit of the metric.
    NotWorse {
        /// The loss that would be borne, ≥ 0.
        margin: f64,
    },
    /// A better score, and a paired test says at `level` that it is not chance.
    Significant {
        /// The two-sided p-value not to be exceeded, in (0, 0.5].
        level: f64,
    },
}

impl Rule {
    /// The names of all rules.
    pub const NAMES: [&'static str; 3] = ["better", "not_worse", "significant"];

    /// The margin of `not_worse` where the config names none.
    pub const MARGIN: f64 = 0.01;

    /// The level of `significant` where the config names none.
    pub const LEVEL: f64 = 0.05;

    /// The rule of that name. `margin` and `level` replace the defaults of the rule that has
    /// them, and are checked, but not used, for the others.
    ///
    /// # Errors
    /// Problems without a place: an unknown name, a negative or infinite margin, a level
    /// outside (0, 0.5].
    pub fn named(name: &str, margin: Option<f64>, level: Option<f64>) -> Result<Rule, Problem> {
        let margin = margin.unwrap_or(Rule::MARGIN);
        if !(margin >= 0.0 && margin.is_finite()) {
            return Err(Problem::at("", format!("the margin {margin} is not a number ≥ 0")).hint("write 0.01"));
        }
        let level = level.unwrap_or(Rule::LEVEL);
        if !(level > 0.0 && level <= 0.5) {
            return Err(Problem::at("", format!("the level {level} is not in (0, 0.5]")).hint("write 0.05"));
        }
        match name {
            "better" => Ok(Rule::Better),
            "not_worse" => Ok(Rule::NotWorse { margin }),
            "significant" => Ok(Rule::Significant { level }),
            _ => {
                let problem = Problem::at("", format!("unknown rule {name:?}"));
                Err(match closest(name, Rule::NAMES) {
                    Some(near) => problem.hint(format!("did you mean {near:?}?")),
                    None => problem.hint(format!("use one of {}", Rule::NAMES.join(", "))),
                })
            }
        }
    }

    /// The name in configs and files.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Better => "better",
            Rule::NotWorse { .. } => "not_worse",
            Rule::Significant { .. } => "significant",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_in_all_their_uses() {
        for name in Rule::NAMES {
            let rule = Rule::named(name, None, None).unwrap();
            assert_eq!(rule.name(), name);
            assert_eq!(serde_json::to_value(rule).unwrap()["rule"], name);
        }
    }

    #[test]
    fn wrong_names_and_numbers_are_refused() {
        let hint = |name| Rule::named(name, None, None).unwrap_err().hint.unwrap();
        assert_eq!(hint("not-worse"), "did you mean \"not_worse\"?");
        assert_eq!(hint("x"), "use one of better, not_worse, significant");
        for margin in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(Rule::named("not_worse", Some(margin), None).is_err());
        }
        for level in [0.0, 0.6, f64::NAN] {
            assert!(Rule::named("significant", None, Some(level)).is_err());
        }
        assert_eq!(Rule::named("not_worse", Some(0.0), None), Ok(Rule::NotWorse { margin: 0.0 }));
    }
}
