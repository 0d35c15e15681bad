use super::*;
use proptest::prelude::*;

const SPARSE: Wants =
    Wants { standardize: false, missing_as_nan: false, codes: false, sparse: true, text: TextForm::Vocabulary };

fn column(rows: &[&str]) -> Column {
    let mut texts = Texts::default();
    for row in rows {
        if row.is_empty() {
            texts.codes.push(Texts::MISSING);
            continue;
        }
        let code = texts.levels.iter().position(|level| level == row).unwrap_or(texts.levels.len());
        if code == texts.levels.len() {
            texts.levels.push((*row).to_string());
        }
        texts.codes.push(code as u32);
    }
    Column::Texts(texts)
}

fn dense(text: &Text, column: &Column) -> Matrix {
    let mut out = Matrix::zeros(column.len(), text.outputs("t").len());
    text.fill(column, 0, &mut out);
    out
}

#[test]
fn a_sparse_column_for_each_gram_and_a_dense_one_for_missing_cells() {
    let rows = column(&["Ab", "", "b"]);
    let (text, notice) = Text::learn("t", &rows, SPARSE).unwrap();
    assert!(notice.is_none());
    let names = ["t~_a", "t~_ab", "t~_b", "t~a", "t~ab", "t~ab_", "t~b", "t~b_"];
    assert_eq!(
        (text.sparse_outputs("t"), text.outputs("t")),
        (names.map(str::to_string).to_vec(), vec!["t (missing)".into()])
    );
    assert_eq!(dense(&text, &rows).as_slice(), [0.0, 1.0, 0.0]);
    let out = text.sparse(&rows);
    assert_eq!((out.rows(), out.cols()), (3, 8));
    assert!(out.row(1).0.is_empty());
    assert_eq!(out.row(2), (&[2, 6, 7][..], &[weight(1, true), weight(1, false), weight(1, true)][..]));
    let later = text.sparse(&column(&["Bb", "xyz"]));
    assert_eq!(later.row(0), (&[2, 6, 7][..], &[weight(1, true), 2.0 * weight(1, false), weight(1, true)][..]));
    assert!(later.row(1).0.is_empty(), "unknown n-grams count nothing");
}

#[test]
fn models_without_sparse_columns_get_the_grams_that_tell_most() {
    let names: Vec<String> = (0..400).map(|i| format!("x{i}{}", if i % 2 == 0 { "ski" } else { "" })).collect();
    let rows = column(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (text, _) = Text::learn("t", &rows, Wants { sparse: false, ..SPARSE }).unwrap();
    assert_eq!((text.outputs("t").len(), text.sparse_width()), (MOST_DENSE, 0));
    let ski = text.outputs("t").iter().position(|name| name == "t~ski_").unwrap();
    assert_eq!(dense(&text, &rows).column(ski)[..4], [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn hashed_grams_need_no_vocabulary() {
    let rows = column(&["Ab", "b"]);
    for sparse in [false, true] {
        let (text, _) = Text::learn("t", &rows, Wants { sparse, text: TextForm::Hashed, ..SPARSE }).unwrap();
        let buckets = if sparse { 1 << 14 } else { 256 };
        assert_eq!(text.grams, Grams::Hashed(buckets));
        assert_eq!((text.sparse_width(), text.outputs("t").len()), if sparse { (1 << 14, 0) } else { (0, 256) });
        let unseen = column(&["xyz"]);
        assert_eq!(text.sparse(&unseen).row(0).0.len(), if sparse { 12 } else { 0 });
        assert_eq!(dense(&text, &unseen).as_slice().iter().sum::<f64>(), if sparse { 0.0 } else { 12.0 });
    }
}

#[test]
fn columns_without_information_are_left_out() {
    for rows in [&["", ""][..], &["a", "a"]] {
        assert!(Text::learn("t", &column(rows), SPARSE).is_err());
    }
    let (text, _) = Text::learn("t", &column(&["a", ""]), SPARSE).unwrap();
    assert!(text.missing);
}

#[test]
fn the_saved_form_is_a_list() {
    let (text, _) = Text::learn("t", &column(&["a", "b"]), SPARSE).unwrap();
    let saved = serde_json::json!({
        "grams": {"vocabulary": [" a", " b", "a", "a ", "b", "b "]}, "sparse": true, "missing": false
    });
    assert_eq!(serde_json::to_value(&text).unwrap(), saved);
}

proptest! {
    #[test]
    fn any_texts_give_the_same_columns_after_a_reload(
        rows in prop::collection::vec(any::<String>(), 0..12),
        later in prop::collection::vec(any::<String>(), 0..5),
        (sparse, hashed) in any::<(bool, bool)>(),
    ) {
        let of = |rows: &[String]| column(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let text = if hashed { TextForm::Hashed } else { TextForm::Vocabulary };
        let Ok((text, _)) = Text::learn("t", &of(&rows), Wants { sparse, text, ..SPARSE }) else { return Ok(()) };
        let loaded: Text = serde_json::from_str(&serde_json::to_string(&text).unwrap()).unwrap();
        prop_assert_eq!(&loaded, &text);
        prop_assert_eq!(text.sparse_width(), text.sparse_outputs("t").len());
        for rows in [of(&rows), of(&later)] {
            prop_assert_eq!(text.sparse(&rows), loaded.sparse(&rows));
            prop_assert_eq!(dense(&text, &rows), dense(&loaded, &rows));
            let block = text.sparse(&rows);
            prop_assert!((0..block.rows()).all(|row| block.row(row).0.is_sorted_by(|a, b| a < b)));
        }
    }
}
