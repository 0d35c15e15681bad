//! What every algorithm refuses before it starts.

use crate::error::{Error, Result};
use crate::table::{Classes, Design, Matrix, Target};

/// Nothing is left to learn from.
pub fn no_feature() -> Error {
    Error::data("", "no feature left to learn from").hint("see data.features and data.ignore")
}

/// Checks that there is something to learn from; `nan` where the algorithm knows what to
/// do with missing cells.
///
/// # Errors
/// `Kind::Data`, see [`super::Algorithm::fit`].
pub fn check(x: &Design, y: &Target, nan: bool) -> Result<()> {
    if x.cols() == 0 {
        return Err(no_feature());
    }
    if x.rows() != y.rows() {
        return Err(Error::internal(format!("{} rows of features and {} labels", x.rows(), y.rows())));
    }
    if x.rows() < 2 {
        return Err(Error::data("", format!("a model cannot be learnt from {} row(s)", x.rows()))
            .hint("put more data into the input folder"));
    }
    match y {
        Target::Classes(classes) => check_classes(classes)?,
        Target::Numbers(numbers) if numbers.iter().any(|n| !n.is_finite()) => {
            return Err(Error::internal("a number of the target is not finite"));
        }
        Target::Numbers(numbers) if numbers.iter().any(|n| n.abs() > LARGEST) => {
            return Err(Error::data("", "the target holds numbers beyond 1e100").hint("state it in a larger unit"));
        }
        _ => {}
    }
    if x.sparse().is_some_and(|sparse| !sparse.is_finite()) {
        return Err(Error::internal("a cell of a sparse column is not finite"));
    }
    let x = x.dense();
    if let Some(at) = x.as_slice().iter().position(|v| !(v.is_finite() || nan && v.is_nan())) {
        let (row, col) = (at / x.cols(), at % x.cols());
        return Err(Error::data("", format!("row {row}, column {col} of the design matrix is not a finite number"))
            .hint("leave a cell empty if its value is unknown"));
    }
    Ok(())
}

fn check_classes(y: &Classes) -> Result<()> {
    if y.codes.iter().any(|code| *code as usize >= y.classes.len()) {
        return Err(Error::internal("a label is none of the target's classes"));
    }
    let present = y.counts().iter().filter(|count| **count > 0).count();
    if present < 2 {
        let label = y.codes.first().and_then(|code| y.classes.get(*code as usize));
        return Err(Error::data("", format!("every row has the label {:?}", label.map_or("", String::as_str)))
            .why("a model learns from the difference of two classes")
            .hint("add rows with another label"));
    }
    Ok(())
}

/// The classes of a target, for an algorithm that learns nothing else.
///
/// # Errors
/// Internal: such algorithms are not given anything else.
pub fn classes(y: &Target) -> Result<&Classes> {
    match y {
        Target::Classes(classes) => Ok(classes),
        _ => Err(Error::internal("an algorithm for classes was given another target")),
    }
}

/// The numbers of a target, for an algorithm that learns nothing else.
///
/// # Errors
/// Internal: such algorithms are not given anything else.
pub fn numbers(y: &Target) -> Result<&[f64]> {
    match y {
        Target::Numbers(numbers) => Ok(numbers),
        _ => Err(Error::internal("an algorithm for quantities was given another target")),
    }
}

/// Numbers beyond this cannot be squared and added up.
pub const LARGEST: f64 = 1e100;

/// Refuses numbers beyond [`LARGEST`].
///
/// # Errors
/// `Kind::Data` with the column.
pub fn bounded(x: &Matrix) -> Result<()> {
    match x.as_slice().iter().position(|value| value.abs() > LARGEST) {
        Some(at) => Err(Error::data("", format!("column {} of the design holds numbers beyond 1e100", at % x.cols()))
            .hint("set \"standardize\": true in model.params, or mend the data")),
        None => Ok(()),
    }
}

/// Weights that give each class the same total: n / (classes present · rows of the class),
/// as scikit-learn's `class_weight="balanced"`. Zero for a class without rows.
pub fn balanced(y: &Classes) -> Vec<f64> {
    let counts = y.counts();
    let present = counts.iter().filter(|count| **count > 0).count() as f64;
    let rows = y.codes.len() as f64;
    counts.iter().map(|count| if *count == 0 { 0.0 } else { rows / (present * *count as f64) }).collect()
}
