//! The committed sample input is what its generator writes, byte for byte.
#![allow(clippy::disallowed_methods, reason = "tests read files themselves")]

#[path = "../examples/sample_data.rs"]
#[allow(dead_code, reason = "the example has a main function")]
mod sample_data;

use incumbent::table::cell::Missing;
use incumbent::table::infer::{Hints, Inference, Sights};
use incumbent::table::schema::{Role, Type};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// The folders that hold sample input and nothing else.
const FOLDERS: [&str; 3] = ["practicedata", "sourcedata", "testdata"];

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files in the sample folders below `root`, by their path from there.
fn listing(root: &Path) -> std::io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root.join(folder))? {
            found.insert(Path::new(folder).join(entry?.file_name()));
        }
    }
    Ok(found)
}

/// The rows of a file without its header.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().skip(1)
}

#[test]
fn the_committed_files_are_what_the_example_writes() {
    let folder = tempfile::tempdir().unwrap();
    sample_data::write(folder.path()).unwrap();
    let written = listing(folder.path()).unwrap();
    assert_eq!(listing(root()).unwrap(), written, "the folders hold the sample input and nothing else");
    for path in written {
        let fresh = std::fs::read(folder.path().join(&path)).unwrap();
        let committed = std::fs::read(root().join(&path)).unwrap();
        assert!(fresh == committed, "{} differs; run `cargo run --example sample_data`", path.display());
    }
}

#[test]
fn exports_overlap_and_no_test_customer_is_in_one() {
    let files = sample_data::files();
    let of = |folder: &str| -> Vec<&str> {
        files.iter().filter(|(path, _)| path.starts_with(folder)).flat_map(|(_, text)| rows(text)).collect()
    };
    let customers = |rows: &[&str]| -> HashSet<String> {
        rows.iter().map(|row| row.split(',').next().unwrap().to_string()).collect()
    };
    let test = of("testdata");
    assert_eq!(customers(&test).len(), test.len(), "every test customer stands once");
    for folder in ["practicedata", "sourcedata"] {
        let rows = of(folder);
        let distinct: HashSet<&str> = rows.iter().copied().collect();
        assert!(distinct.len() < rows.len(), "{folder}: some rows stand twice");
        assert_eq!(customers(&rows).len(), distinct.len(), "{folder}: a customer has one distinct row");
        assert!(customers(&rows).is_disjoint(&customers(&test)), "{folder}: a test customer was seen in training");
    }
}

#[test]
fn the_schema_of_every_folder_is_inferred_without_hints() {
    let files = sample_data::files();
    for folder in FOLDERS {
        let header = files[0].1.lines().next().unwrap();
        let mut inference = Inference::new(header.split(',').map(str::to_string).collect());
        for (_, text) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
            let look = inference.look();
            let mut sights = Sights::default();
            rows(text).for_each(|row| look.at(row.as_bytes(), row.split(','), &Missing::default(), &mut sights));
            inference.take(&sights);
        }
        let (schema, _) = inference.finish(&Hints::default());
        let told: Vec<_> = schema.columns.iter().map(|c| (c.name.as_str(), c.kind, c.role)).collect();
        let expected = [
            ("customer_id", Type::Category, Role::Id),
            ("region", Type::Category, Role::Feature),
            ("plan", Type::Category, Role::Feature),
            ("tenure_months", Type::Number, Role::Feature),
            ("monthly_fee", Type::Number, Role::Feature),
            ("support_calls", Type::Number, Role::Feature),
            ("last_login_days", Type::Number, Role::Feature),
            ("satisfaction", Type::Number, Role::Feature),
            ("churned", Type::Number, Role::Target),
        ];
        assert_eq!(told, expected, "{folder}");
    }
}
