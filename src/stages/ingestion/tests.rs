use super::*;
use crate::table::{ColumnSchema, Role, Type};

fn schema() -> Schema {
    let column = |name: &str, kind, role| ColumnSchema { name: name.into(), kind, role };
    Schema {
        columns: vec![
            column("plan", Type::Category, Role::Feature),
            column("age", Type::Number, Role::Feature),
            column("left", Type::Number, Role::Target),
        ],
    }
}

fn data(max_bad_share: f64, stop: bool) -> Data {
    Data { stop_on_bad_row: stop, max_bad_share, ..Data::default() }
}

fn merge(files: &[&str], data: &Data) -> Result<(Merged, String, String)> {
    merge_within(files, data, 1, u64::MAX).map(|(outcome, _, merged, rejected)| (outcome, merged, rejected))
}

/// With so many threads and so many bytes of memory for the rows that were seen.
fn merge_within(
    files: &[&str],
    data: &Data,
    threads: usize,
    memory: u64,
) -> Result<(Merged, Vec<MergedFile>, String, String)> {
    let schema = schema();
    let scratch = || Ok(Box::new(io::Cursor::new(Vec::new())) as Box<dyn undecided::ScratchFile>);
    let bytes = files.iter().map(|text| text.len() as u64).sum();
    let means = Means { threads, memory, bytes, scratch: &scratch };
    let mut merge = Merge::new(&schema, data, &means, Vec::new(), Vec::new()).unwrap();
    let mut read = 0;
    for (i, text) in files.iter().enumerate() {
        let place = format!("in/{i}.csv");
        let mut file = CsvFile::open(&place, text.as_bytes(), Some(&schema.names()))?;
        merge.file(&format!("{i}.csv"), &place, &mut file, &mut |rows| read = rows)?;
    }
    let files = merge.decide()?.to_vec();
    let (outcome, merged, rejected) = merge.finish()?;
    assert_eq!(read, outcome.totals.rows_read);
    Ok((outcome, files, String::from_utf8(merged).unwrap(), String::from_utf8(rejected).unwrap()))
}

/// Some files with repeated and bad rows, quoted cells and empty lines, larger than a block.
fn many_rows() -> Vec<String> {
    let mut random = crate::random::Random::new(7);
    let mut file = |rows: usize| {
        let mut text = "plan,age,left\n".to_string();
        for _ in 0..rows {
            let n = random.below(60_000);
            match random.below(50) {
                0 => text.push_str(&format!("\"a,\n{n}\",{n},1\n\n")),
                1 => text.push_str("gold,old,1\n"),
                2 => text.push_str("gold,1\r\n"),
                _ => text.push_str(&format!("{},{n},{}\n", ["gold", "silver"][n % 2], n % 3)),
            }
        }
        text
    };
    vec![file(40_000), file(1), file(30_000)]
}

#[test]
fn neither_threads_nor_memory_show_in_the_result() {
    let files = many_rows();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let unique = crate::config::Rule { unique: true, ..Default::default() };
    for rules in [[].into(), [("age".to_string(), unique)].into()] {
        let data = Data { rules, ..data(1.0, false) };
        let (outcome, told, merged, rejected) = merge_within(&files, &data, 1, u64::MAX).unwrap();
        assert!(outcome.totals.duplicate > 5_000 && outcome.totals.rejected > 2_000);
        let rows = told.iter().map(|file| file.counts.kept).sum::<u64>();
        assert_eq!(rows, outcome.totals.kept);
        for (threads, memory) in [(2, u64::MAX), (5, u64::MAX), (1, 1 << 12), (3, 1 << 20)] {
            let other = merge_within(&files, &data, threads, memory).unwrap();
            assert_eq!((&other.0, &other.1, &other.2), (&outcome, &told, &merged), "{threads} threads, {memory} bytes");
            // Rows that wait are judged last, so that rejections may come in another order.
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
                lines.sort();
                lines
            };
            assert_eq!(sorted(&other.3), sorted(&rejected), "{threads} threads, {memory} bytes");
        }
    }
}

#[test]
fn duplicates_go_and_the_first_stays_whatever_the_dialect() {
    let a = "plan,age,left\ngold,1,0\n\"gold\",1,0\nsilver,2,1\n";
    let b = "plan;age;left\r\nsilver;2;1\r\n\"a,b\";3;0\r\n";
    let (outcome, merged, _) = merge(&[a, b], &data(0.0, false)).unwrap();
    assert_eq!(merged, "plan,age,left\ngold,1,0\nsilver,2,1\n\"a,b\",3,0\n");
    assert_eq!(outcome.totals, Counts { rows_read: 5, kept: 3, duplicate: 2, rejected: 0 });
    assert_eq!(outcome.fingerprint, Fingerprint::of(merged.as_bytes()));
    assert_eq!(outcome.bytes, merged.len() as u64);
}

#[test]
fn bad_rows_are_set_aside_with_their_place() {
    let text = "plan,age,left\ngold,\"1,5\",0\ngold,2\n\"x\ny\",3,1\ngold,4,\n";
    let (outcome, merged, rejected) = merge(&[text], &data(1.0, false)).unwrap();
    assert_eq!(merged, "plan,age,left\n\"x\ny\",3,1\n");
    assert_eq!(outcome.totals.rejected, 3);
    assert_eq!(
        rejected,
        "file,line,column,reason,row\n\
         0.csv,2,age,\"\"\"1,5\"\" has a decimal comma\",\"gold,\"\"1,5\"\",0\"\n\
         0.csv,3,,2 cells where the header has 3,\"gold,2\"\n\
         0.csv,6,left,the target is missing,\"gold,4,\"\n"
    );
}

#[test]
fn too_many_bad_rows_stop_the_run() {
    let text = "plan,age,left\ngold,x,0\ngold,2,0\n";
    let message = merge(&[text], &data(0.4, false)).unwrap_err().message();
    assert!(message.contains("in/0.csv:2:2: \"x\" is not a number; column \"age\""), "{message}");
    assert!(message.contains("1 of 2 rows are bad, 50.0% where data.max_bad_share allows 40.0%"), "{message}");
    assert!(merge(&[text], &data(0.5, false)).is_ok());
    assert!(merge(&[text], &data(1.0, true)).unwrap_err().message().contains("1 of 2 rows are bad"));
}

#[test]
fn no_usable_row_is_an_error() {
    assert!(merge(&["plan,age,left\n"], &data(1.0, false)).unwrap_err().message().contains("no usable row"));
}

#[test]
fn columns_are_enforced() {
    let message = |text: &str| merge(&[text], &data(1.0, false)).unwrap_err().message();
    let renamed = message("plan,agee,left\n");
    assert!(renamed.contains("in/0.csv:1: column \"age\" is missing"), "{renamed}");
    assert!(renamed.contains("is it the column \"agee\"?"), "{renamed}");
    assert!(renamed.contains("in/0.csv:1:2: column \"agee\" is new"), "{renamed}");
    assert!(message("age,plan,left\n").contains("the columns stand in another order; expected plan, age, left"));
    assert!(message("plan,age,left,more\n").contains("in/0.csv:1:4: column \"more\" is new"));
}
