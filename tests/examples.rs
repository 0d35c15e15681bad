//! The data of the ready examples is what its generator writes, and fit to be learnt from.
#![allow(clippy::disallowed_methods, reason = "tests read files themselves")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "../examples/data/main.rs"]
#[allow(dead_code, reason = "the example has a main function")]
mod data;

use data::products::catalogue::PRODUCTS;
use data::{EXAMPLES, File};
use incumbent::config::Config;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// No committed file is larger, and all together are not larger than the second.
const LARGEST: u64 = 1_000_000;
const LARGEST_SUM: u64 = 2_500_000;

/// The folder of an example.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// The data of an example, made anew.
fn files(name: &str) -> Vec<File> {
    (EXAMPLES.iter().find(|e| e.name == name).unwrap().files)()
}

/// Rows as the cells of each column, trimmed.
type Rows = Vec<HashMap<String, String>>;

/// The rows of the files in `training` or `test`.
fn rows(files: &[File], part: &str) -> Rows {
    let mut rows = Rows::new();
    for file in files.iter().filter(|f| f.path.starts_with(part)) {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file.text.as_bytes());
        rows.extend(reader.deserialize().map(|row| -> HashMap<String, String> { row.unwrap() }));
    }
    rows
}

/// The share of rows in which a column is one of `words`.
fn share(rows: &Rows, column: &str, words: &[&str]) -> f64 {
    rows.iter().filter(|row| words.contains(&row[column].as_str())).count() as f64 / rows.len() as f64
}

/// The config of an example as JSON.
fn config(name: &str) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(folder(name).join("config.json")).unwrap()).unwrap()
}

/// What a place in a config names: one column, or a list of them.
fn named(value: &serde_json::Value) -> Vec<String> {
    let texts = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    texts.iter().filter_map(|v| v.as_str()).map(str::to_string).collect()
}

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let mut sum = 0;
    for example in &EXAMPLES {
        let mut committed = BTreeSet::new();
        for part in ["training", "test"] {
            for entry in std::fs::read_dir(folder(example.name).join(part)).unwrap() {
                committed.insert(format!("{part}/{}", entry.unwrap().file_name().to_str().unwrap()));
            }
        }
        let files = (example.files)();
        let written: BTreeSet<String> = files.iter().map(|f| f.path.clone()).collect();
        assert_eq!(committed, written, "{}", example.name);
        for file in files {
            let bytes = std::fs::read(folder(example.name).join(&file.path)).unwrap();
            assert!((bytes.len() as u64) < LARGEST, "{} is too large", file.path);
            sum += bytes.len() as u64;
            let mut text = String::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            let name = example.name;
            assert!(text == file.text, "{name}/{} differs; run `cargo run --example data -- {name}`", file.path);
        }
    }
    assert!(sum < LARGEST_SUM, "{sum} bytes are too many");
}

#[test]
fn every_config_names_its_folders_and_columns_that_there_are() {
    for example in &EXAMPLES {
        let config = config(example.name);
        assert_eq!(config["input_folder_path"], "training");
        assert_eq!(config["test_data_path"], "test");
        for key in ["output_folder_path", "output_model_path", "prod_deployment_path"] {
            assert!(config[key].as_str().unwrap().starts_with("output/"), "{}: git ignores output/", example.name);
        }
        let files = (example.files)();
        let header = files[0].text.lines().next().unwrap();
        assert!(files.iter().all(|f| f.text.lines().next() == Some(header)), "{}", example.name);
        let columns: Vec<&str> = header.split(',').collect();
        let data = &config["data"];
        let types = data["types"].as_object().map(|t| t.keys().cloned().collect()).unwrap_or_default();
        let targets = named(&data["target"]);
        assert!(!targets.is_empty(), "{}", example.name);
        for column in [targets, named(&data["id"]), named(&data["ignore"]), types].concat() {
            assert!(columns.contains(&column.as_str()), "{}: no column {column}", example.name);
        }
    }
}

#[test]
fn the_configs_of_questions_that_can_be_asked_are_valid() {
    for example in EXAMPLES {
        let path = folder(example.name).join("config.json");
        let text = std::fs::read_to_string(&path).unwrap();
        Config::parse(&text, &path, "config.json", &incumbent::run::catalog()).unwrap();
    }
}

#[test]
fn no_one_stands_in_training_and_test() {
    for (name, id) in [("attrition", "employee_id"), ("deposits", "client"), ("wide", "ID_code")] {
        let files = files(name);
        let all = [rows(&files, "training"), rows(&files, "test")].concat();
        let distinct: HashSet<&str> = all.iter().map(|row| row[id].as_str()).collect();
        assert_eq!(distinct.len(), all.len(), "{name}");
    }
}

#[test]
fn one_in_five_or_six_leaves() {
    let files = files("attrition");
    for (part, count) in [("training", 4_800), ("test", 1_200)] {
        let rows = rows(&files, part);
        assert_eq!(rows.len(), count);
        let left = share(&rows, "left", &["yes"]);
        assert!((0.15..0.22).contains(&left), "{part}: {left}");
        for column in ["satisfaction", "commute_km", "monthly_pay", "travel"] {
            let missing = share(&rows, column, &["", "NA"]);
            assert!((0.005..0.16).contains(&missing), "{part}: {column} {missing}");
        }
    }
}

#[test]
fn deposits_are_twenty_thousand_and_skewed() {
    let files = files("deposits");
    let all = [rows(&files, "training"), rows(&files, "test")].concat();
    assert_eq!(all.len(), 20_000);
    let mut next: Vec<f64> = all.iter().map(|row| row["next_deposit"].parse().unwrap()).collect();
    next.sort_by(f64::total_cmp);
    assert!(next[0] >= 0.0);
    let (mean, median) = (next.iter().sum::<f64>() / 20_000.0, next[10_000]);
    assert!(mean > 1.1 * median, "mean {mean}, median {median}");
    let zero = share(&all, "next_deposit", &["0.00"]);
    assert!((0.02..0.06).contains(&zero), "{zero}");
    assert!(share(&all, "turnover", &["NA"]) > 0.01 && share(&all, "withdrawal", &[""]) > 0.01);
}

#[test]
fn every_language_is_in_both_parts_and_no_name_of_it() {
    let files = files("surnames");
    let (training, test) = (rows(&files, "training"), rows(&files, "test"));
    assert_eq!((training.len(), test.len()), (4_800, 1_200));
    let pairs: HashSet<(&str, &str)> =
        training.iter().chain(&test).map(|row| (row["surname"].as_str(), row["language"].as_str())).collect();
    assert_eq!(pairs.len(), 6_000, "no name stands twice for a language");
    let counts = |rows: &Rows| -> BTreeMap<String, usize> {
        rows.iter().fold(BTreeMap::new(), |mut counts, row| {
            *counts.entry(row["language"].clone()).or_default() += 1;
            counts
        })
    };
    let (training, test) = (counts(&training), counts(&test));
    assert_eq!(training.len(), 10);
    for (language, count) in &training {
        assert_eq!(*count, 4 * test[language], "{language}: one in five is for the test");
    }
    let (least, most) = (test.values().min().unwrap(), test.values().max().unwrap());
    assert!(most > &(8 * least), "some languages are rare");
    let foreign = pairs.iter().filter(|(name, _)| !name.is_ascii()).count();
    assert!(foreign > 1_000, "{foreign} names have other letters than a to z");
}

#[test]
fn own_lists_are_split_alike() {
    let lists = tempfile::tempdir().unwrap();
    let names: String = (0..10).map(|i| format!("Name {i}\nName {i}\n\n")).collect();
    std::fs::write(lists.path().join("Élvish.txt"), names).unwrap();
    std::fs::write(lists.path().join("Orcish.txt"), "O\"grub, the\nName 3\n").unwrap();
    std::fs::write(lists.path().join("README.md"), "no names").unwrap();
    let files = data::surnames::of_lists(lists.path()).unwrap();
    let (training, test) = (rows(&files, "training"), rows(&files, "test"));
    assert_eq!((training.len(), test.len()), (9, 3));
    let all: HashSet<(String, String)> = training
        .into_iter()
        .chain(test)
        .map(|mut r| (r.remove("surname").unwrap(), r.remove("language").unwrap()))
        .collect();
    assert_eq!(all.len(), 12);
    assert!(all.contains(&("O\"grub, the".to_string(), "Orcish".to_string())));
    assert!(all.contains(&("Name 3".to_string(), "Élvish".to_string())));
    let empty = tempfile::tempdir().unwrap();
    assert!(data::surnames::of_lists(empty.path()).is_err(), "a folder without lists is an error");
}

#[test]
fn the_catalogue_names_products_that_there_are() {
    let names: HashSet<&str> = PRODUCTS.iter().map(|p| p.name).collect();
    assert_eq!(names.len(), 24);
    for first in ["youth_account", "current_account", "savings_account", "payroll", "pension_plan"] {
        assert!(names.contains(first), "{first}");
    }
    for product in &PRODUCTS {
        assert!(product.after.iter().all(|(name, _)| names.contains(name)), "{}", product.name);
    }
    let targets: Vec<String> = PRODUCTS.iter().map(|p| format!("takes_{}", p.name)).collect();
    assert_eq!(named(&config("products")["data"]["target"]), targets);
}

#[test]
fn what_is_taken_was_not_held_and_is_held_a_month_later() {
    let files = files("products");
    let (training, test) = (rows(&files, "training"), rows(&files, "test"));
    let months: BTreeSet<&str> = training.iter().map(|row| row["month"].as_str()).collect();
    assert!(test.iter().all(|row| row["month"] == "2025-09-28"), "the test is one month,");
    assert_eq!(months.last(), Some(&"2025-08-28"), "and the training months are before it");
    let all = [training.as_slice(), &test].concat();
    let by_client: HashMap<(&str, &str), _> =
        all.iter().map(|row| ((row["client"].as_str(), row["month"].as_str()), row)).collect();
    assert_eq!(by_client.len(), all.len(), "a client has one row a month");
    let months: Vec<&str> = months.into_iter().chain(["2025-09-28"]).collect();
    let mut followed = 0;
    for pair in months.windows(2) {
        for row in all.iter().filter(|row| row["month"] == pair[0]) {
            let Some(next) = by_client.get(&(row["client"].as_str(), pair[1])) else { continue };
            followed += 1;
            for product in &PRODUCTS {
                let (has, takes) = (format!("has_{}", product.name), format!("takes_{}", product.name));
                let taken = row[&has] != "1" && next[&has] == "1";
                assert_eq!(row[&takes] == "1", taken, "{} {} {takes}", row["client"], pair[0]);
            }
        }
    }
    assert!(followed > 7_000, "{followed} rows have a next one to compare with");
}

#[test]
fn products_are_taken_rarely_but_each_often_enough() {
    let files = files("products");
    for (part, (least, most), times) in [("training", (6_000, 8_000), 20), ("test", (1_400, 1_600), 3)] {
        let rows = rows(&files, part);
        assert!((least..=most).contains(&rows.len()), "{part}: {}", rows.len());
        let mut sum = 0;
        for product in &PRODUCTS {
            let taken = rows.iter().filter(|row| row[&format!("takes_{}", product.name)] == "1").count();
            assert!(taken >= times, "{part}: {} is taken {taken} times", product.name);
            sum += taken;
        }
        let mean = sum as f64 / rows.len() as f64;
        assert!((0.05..0.3).contains(&mean), "{part}: {mean} a row");
        for row in &rows {
            let held = PRODUCTS.iter().filter(|p| row[&format!("has_{}", p.name)] == "1").count();
            assert_eq!(row["products"], held.to_string());
        }
    }
    for raw in ["     NA", "\" 1\"", "-999999", ",P,", ",1.0,", "\"Lakes, Upper\""] {
        assert!(files.iter().any(|f| f.text.contains(raw)), "no cell like {raw:?}");
    }
}

#[test]
fn one_row_in_ten_of_the_wide_table_is_positive() {
    let files = files("wide");
    for (part, count) in [("training", 2_400), ("test", 800)] {
        let rows = rows(&files, part);
        assert_eq!(rows.len(), count);
        assert_eq!(rows[0].len(), 202);
        let positives = share(&rows, "target", &["1"]);
        assert!((0.08..0.12).contains(&positives), "{part}: {positives}");
    }
}
