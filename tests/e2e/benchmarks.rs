//! What is measured and what docs/benchmarks.md tells agree.

use std::path::Path;

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The first string in double quotes or backquotes of a line.
fn quoted(line: &str, quote: char) -> Option<&str> {
    line.split(quote).nth(1)
}

#[test]
fn the_table_has_the_works_that_are_measured() {
    let driver = text("benches/peers/compare.py");
    let (_, works) = driver.split_once("WORKS = {\n").unwrap();
    let (works, _) = works.split_once("\n}\n").unwrap();
    // Names stand four blanks in; what they are made of stands further in.
    let measured: Vec<&str> =
        works.lines().filter(|l| l.starts_with("    \"")).filter_map(|l| quoted(l, '"')).collect();
    assert!(measured.contains(&"ingestion") && measured.contains(&"growth"), "{measured:?}");

    let document = text("docs/benchmarks.md");
    let (_, table) = document.split_once("<!-- table of benches/peers/compare.py -->\n").unwrap();
    let (table, _) = table.split_once("<!-- end of the table -->").unwrap();
    let mut told: Vec<&str> = table.lines().skip(2).filter_map(|l| quoted(l, '`')).collect();
    told.dedup();
    assert_eq!(told, measured, "python benches/peers/compare.py --into docs/benchmarks.md writes the table");
}

#[test]
fn every_bench_program_that_the_driver_starts_is_built() {
    let manifest = text("Cargo.toml");
    let driver: String = ["batch", "servers", "growth"].map(|name| text(&format!("benches/peers/{name}.py"))).concat();
    let started = |call: &str| -> Vec<String> {
        driver.split(call).skip(1).filter_map(|rest| quoted(rest, '"')).map(str::to_string).collect()
    };
    let (benches, binaries) = (started("place.bench("), started("place.binary("));
    assert!(benches.len() > 2 && binaries.len() > 3, "{benches:?} {binaries:?}");
    for (kind, names) in [("bench", benches), ("bin", binaries)] {
        for name in names {
            assert!(manifest.contains(&format!("[[{kind}]]\nname = \"{name}\"\n")), "{kind} {name}");
        }
    }
}
