//! "Did you mean …?" for names that people type.

/// Names that a message holds at most.
pub const NAMED: usize = 50;

/// Bytes of a name that somebody may have meant: what is longer is no slip of the pen, and would take
/// its length times that of every name to compare.
const LONGEST: usize = 200;

/// More slips than this are another word, however long it is.
const MOST_SLIPS: usize = 8;

/// The names of a list, or the first `most` of them and how many more there are.
pub fn listed(names: &[&str], most: usize) -> String {
    match names.len() {
        0 => "nothing".to_string(),
        all if all > most => format!("{} and {} more", names[..most].join(", "), all - most),
        _ => names.join(", "),
    }
}

/// What other libraries call things, and what they are called here.
const ELSEWHERE: [(&str, &[&str]); 18] = [
    ("accuracy", &["acc"]),
    ("average_precision", &["ap", "auprc", "aucpr", "pr_auc"]),
    ("boosting", &["catboost", "gbdt", "gbm", "hist_gradient_boosting", "lgbm", "lightgbm", "xgb", "xgboost"]),
    ("category", &["categorical", "factor", "string"]),
    ("k", &["n_neighbors", "n_neighbours"]),
    ("k_nearest_neighbours", &["kneighbors", "knn"]),
    ("ks", &["kolmogorov", "kolmogorov_smirnov"]),
    ("l2", &["lambda", "lambda_l2", "reg_lambda"]),
    ("learning_rate", &["eta", "lr", "shrinkage"]),
    ("log_loss", &["binary_logloss", "cross_entropy"]),
    ("logistic_regression", &["logit", "logreg"]),
    ("max_leaves", &["max_leaf_nodes", "num_leaves"]),
    ("mcc", &["matthews", "matthews_corrcoef"]),
    ("min_samples_leaf", &["min_child_samples", "min_data_in_leaf"]),
    ("n_trees", &["n_estimators", "num_boost_round", "num_iterations", "num_trees"]),
    ("random_forest", &["rf"]),
    ("roc_auc", &["auc_roc", "auroc"]),
    ("tolerance", &["tol"]),
];

/// The candidate that is called `word` elsewhere, or the one nearest to it, where one is near enough
/// to be a slip of the pen.
///
/// Case, and `-` or a blank for `_`, cost nothing. Otherwise a slip is an insertion, a
/// deletion, a substitution or a swap of neighbours (optimal string alignment), and one
/// slip for each three letters of the longer word is allowed, eight at most. Where none is that near, the first
/// is meant that has the whole word among its own, or is among those of the word: `auc` is
/// `roc_auc`. The first of equals wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = folded(word);
    if word.is_empty() {
        return None;
    }
    let candidates: Vec<&str> = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST).collect();
    let typed: String = word.iter().collect();
    let known = ELSEWHERE.iter().find(|(_, names)| names.contains(&typed.as_str())).map(|(name, _)| *name);
    if let Some(known) = candidates.iter().find(|candidate| Some(**candidate) == known) {
        return Some(known);
    }
    let near = candidates
        .iter()
        .filter_map(|candidate| {
            let folded = folded(candidate);
            let longer = word.len().max(folded.len());
            // One slip turns every word of one letter into any other.
            let most = (longer / 3).clamp(1, MOST_SLIPS).min(longer - 1);
            Some((slips(&word, &folded, most)?, *candidate))
        })
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, candidate)| candidate);
    let word = whole(&word);
    near.or_else(|| {
        candidates.into_iter().find(|candidate| {
            let candidate = whole(&folded(candidate));
            candidate.len() > 2 && (candidate.contains(&word) || word.contains(&candidate))
        })
    })
}

/// A word between marks, so that no part of another word is taken for it.
fn whole(word: &[char]) -> String {
    format!("_{}_", word.iter().collect::<String>())
}

fn folded(word: &str) -> Vec<char> {
    word.trim().chars().flat_map(char::to_lowercase).map(|c| if c == '-' || c == ' ' { '_' } else { c }).collect()
}

/// The optimal string alignment distance where it is `most` or less, in three rows of the table, of
/// which only what lies so near the diagonal counts.
fn slips(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let far = most + 1;
    let mut rows = [vec![far; b.len() + 1], (0..=b.len()).map(|j| j.min(far)).collect(), vec![far; b.len() + 1]];
    for (i, x) in a.iter().enumerate() {
        let [before, above, row] = &mut rows;
        row.fill(far);
        row[0] = (i + 1).min(far);
        for j in i.saturating_sub(most)..b.len().min(i + most + 1) {
            let mut cost = (above[j] + usize::from(*x != b[j])).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost.min(far);
        }
        // A swap reaches back two rows.
        if row.iter().chain(above.iter()).all(|cost| *cost > most) {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(rows[1][b.len()]).filter(|cost| *cost <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["f1", "random_forest", "roc_auc", "log_loss"];

    #[test]
    fn slips_are_recognised() {
        for (word, meant) in [
            ("random_forrest", "random_forest"),
            ("Random-Forest", "random_forest"),
            ("roc_acu", "roc_auc"),
            ("rocauc", "roc_auc"),
            ("logloss", "log_loss"),
            ("F1", "f1"),
            ("f2", "f1"),
            ("auc", "roc_auc"),
            ("forest", "random_forest"),
            ("extremely_random_forest_model", "random_forest"),
        ] {
            assert_eq!(closest(word, NAMES), Some(meant), "{word}");
        }
    }

    #[test]
    fn names_of_other_libraries_are_known_where_there_is_such_a_thing() {
        for (word, meant) in [("rf", "random_forest"), ("RF", "random_forest"), ("AUC-ROC", "roc_auc")] {
            assert_eq!(closest(word, NAMES), Some(meant), "{word}");
        }
        assert_eq!(closest("acc", ["mcc", "accuracy"]), Some("accuracy"));
        assert_eq!(closest("lr", ["l2", "learning_rate"]), Some("learning_rate"));
        assert_eq!(closest("lightgbm", NAMES), None);
    }

    #[test]
    fn other_words_are_not() {
        for word in ["", " ", "x", "_", "rmse", "perplexity", "log_losses_of_all", "rest"] {
            assert_eq!(closest(word, NAMES), None, "{word}");
        }
        assert_eq!(closest("f1", []), None);
    }

    #[test]
    fn very_long_words_are_compared_with_nothing() {
        let long = "random_forest".repeat(1_000_000);
        assert_eq!((closest(&long, NAMES), closest("roc_acu", [long.as_str(), "roc_auc"])), (None, Some("roc_auc")));
        assert_eq!(closest(&long, [long.as_str()]), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        for (a, b, cost) in [("kitten", "sitting", 3), ("ca", "abc", 3), ("ab", "ba", 1), ("", "abc", 3), ("a", "a", 0)]
        {
            let distance = |most: usize| slips(&folded(a), &folded(b), most);
            assert_eq!((distance(9), distance(cost)), (Some(cost), Some(cost)), "{a} {b}");
            assert!(cost == 0 || distance(cost - 1).is_none(), "{a} {b}");
        }
    }
}
