use super::*;
use crate::table::cell::Missing;
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
    Data {
        hashed_text: false,
        hints: Default::default(),
        task: None,
        positive: None,
        missing: Missing::default(),
        rules: Default::default(),
        stop_on_bad_row: stop,
        max_bad_share,
        settings: String::new(),
    }
}

fn merge(files: &[&str], data: &Data) -> Result<(Merged, String, String)> {
    let (mut merged, mut rejected) = (Vec::new(), Vec::new());
    let schema = schema();
    let mut merge = Merge::new(&schema, data, &mut merged, &mut rejected).unwrap();
    for (i, text) in files.iter().enumerate() {
        let place = format!("in/{i}.csv");
        let mut file = CsvFile::open(&place, text.as_bytes(), Some(&schema.names()))?;
        merge.file(&format!("{i}.csv"), &place, &mut file)?;
    }
    let outcome = merge.finish()?;
    Ok((outcome, String::from_utf8(merged).unwrap(), String::from_utf8(rejected).unwrap()))
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
