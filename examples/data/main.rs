//! Writes the data of the ready examples, one for each kind of question.
//!
//! ```sh
//! cargo run --release --example data -- all          # or attrition, deposits, …; --help
//! ```
//!
//! All people, clients, products and surnames are invented. Every file is a function of
//! the seed of its question alone; `tests/examples.rs` compares them with those that are
//! committed. The README of each example says what it asks and how its data is made.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example tells what it wrote")]
#![allow(clippy::disallowed_methods, reason = "the store is for artefacts; this makes inputs")]

mod attrition;
mod deposits;
mod draw;
mod file;
pub mod products;
pub mod surnames;
mod wide;

pub use file::File;

use std::path::Path;
use std::process::ExitCode;

/// The help, and the answer to a wrong command line.
const HELP: &str = "\
Writes the data of the ready examples.

Usage: data <EXAMPLE>                           into examples/<EXAMPLE>
       data all                                 each of them
       data surnames <LISTS> <FOLDER>           an example of your own lists of names

Examples:
  attrition   yes or no: who leaves within half a year
  deposits    a number: what a client's deposit is next month
  surnames    one of several classes: the language of a surname
  products    several labels: which products a client takes next
  wide        yes or no: 200 anonymous numbers, one row in ten positive

LISTS is a folder of files <Language>.txt with one name a line. FOLDER gets a config.json,
training/ with four in five names of each language, and test/ with the others.
";
/// The exit code for a wrong command line, as the binaries have it.
const USAGE: u8 = 64;

/// A question that there is an example of.
pub struct Example {
    /// Its name and its folder below `examples`.
    pub name: &'static str,
    /// Makes its data: paths below the folder, and texts.
    pub files: fn() -> Vec<File>,
}

/// All of them.
pub const EXAMPLES: [Example; 5] = [
    Example { name: "attrition", files: attrition::files },
    Example { name: "deposits", files: deposits::files },
    Example { name: "surnames", files: surnames::files },
    Example { name: "products", files: products::files },
    Example { name: "wide", files: wide::files },
];

/// Writes what the command line names, and tells the paths.
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let written = match words[..] {
        ["--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        ["all"] => EXAMPLES.iter().try_for_each(write),
        ["surnames", lists, folder] => own_lists(Path::new(lists), Path::new(folder)),
        [name] if EXAMPLES.iter().any(|e| e.name == name) => {
            EXAMPLES.iter().filter(|e| e.name == name).try_for_each(write)
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the data of an example into its folder.
fn write(example: &Example) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example.name);
    file::write(&folder, &(example.files)())
}

/// Writes the example of a user's own lists of names.
fn own_lists(lists: &Path, folder: &Path) -> std::io::Result<()> {
    file::write(folder, &surnames::of_lists(lists)?)?;
    let config = folder.join("config.json");
    std::fs::write(&config, surnames::CONFIG).map_err(|e| file::at(&config, &e))?;
    println!("{}", config.display());
    Ok(())
}
