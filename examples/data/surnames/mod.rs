//! Surnames and the language they come from: invented ones, or those of a user's lists.

mod languages;

use super::draw;
use super::file::{self, File};
use incumbent::random::Random;
use languages::{LANGUAGES, Language};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// The config, which suits every such list.
pub const CONFIG: &str = include_str!("../../surnames/config.json");

/// The seed of all files.
const SEED: u64 = 11;
/// The header of every file; the last column is the target.
const HEADER: &str = "surname,language";
/// One name of so many is for the test.
const TEST_OF: usize = 5;
/// Share of names that a language has from its neighbour: nobody can tell these.
const BORROWED: f64 = 0.05;

/// Letters of an invented name, at least.
const SHORTEST: usize = 3;

/// The names of each language, without repetition.
type Lists = BTreeMap<String, BTreeSet<String>>;

/// Training and test data of invented names.
pub fn files() -> Vec<File> {
    let mut lists = Lists::new();
    for (part, language) in (1..).zip(&LANGUAGES) {
        let mut random = Random::of_part(SEED, part);
        let names = lists.entry(language.name.to_string()).or_default();
        while names.len() < language.names {
            let neighbour = &LANGUAGES[language.neighbour];
            let source = if draw::chance(BORROWED, &mut random) { neighbour } else { language };
            let name = surname(source, &mut random);
            if name.chars().count() >= SHORTEST {
                names.insert(name);
            }
        }
    }
    split(&lists)
}

/// Training and test data of the files `<Language>.txt` in a folder, one name a line.
///
/// # Errors
/// A file cannot be read as UTF-8, or there is none.
pub fn of_lists(folder: &Path) -> Result<Vec<File>> {
    let mut lists = Lists::new();
    for entry in std::fs::read_dir(folder).map_err(|e| file::at(folder, &e))? {
        let path = entry?.path();
        let Some(language) = path.file_stem().filter(|_| path.extension().is_some_and(|x| x == "txt")) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|e| file::at(&path, &e))?;
        let names = text.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_string);
        lists.insert(language.to_string_lossy().into_owned(), names.collect());
    }
    if lists.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("{}: no files <Language>.txt", folder.display())));
    }
    Ok(split(&lists))
}

/// One in five names of each language for the test, at least one; all rows in random order.
fn split(lists: &Lists) -> Vec<File> {
    let (mut training, mut test) = (Vec::new(), Vec::new());
    let mut random = Random::of_part(SEED, 0);
    for (language, names) in lists {
        let mut rows: Vec<String> =
            names.iter().map(|name| format!("{},{}", file::cell(name), file::cell(language))).collect();
        draw::shuffle(&mut rows, &mut random);
        let kept = rows.split_off(rows.len().div_ceil(TEST_OF));
        test.extend(rows);
        training.extend(kept);
    }
    draw::shuffle(&mut training, &mut random);
    draw::shuffle(&mut test, &mut random);
    vec![File::new("training/surnames.csv.gz", HEADER, training), File::new("test/surnames.csv.gz", HEADER, test)]
}

/// A surname by the rules of a language: perhaps a prefix, one syllable or two, an ending.
fn surname(language: &Language, random: &mut Random) -> String {
    let part = |list: &str, random: &mut Random| -> String {
        let items: Vec<&str> = list.split(' ').collect();
        // A dash stands for nothing.
        draw::any(&items, random).trim_matches('-').to_string()
    };
    let mut stem = String::new();
    let syllables = if draw::chance(language.long, random) { 2 } else { 1 };
    for left in (0..syllables).rev() {
        stem.push_str(&part(language.onsets, random));
        stem.push_str(&part(language.vowels, random));
        let coda = part(language.codas, random);
        // Before another syllable, two consonants and more are hard to say.
        if left == 0 || coda.chars().count() < 2 {
            stem.push_str(&coda);
        }
    }
    if draw::chance(language.ended, random) {
        stem.push_str(&part(language.endings, random));
    }
    let prefix = if draw::chance(language.prefixed, random) { part(language.prefixes, random) } else { String::new() };
    prefix + &capitalised(&stem)
}

/// With a capital first letter.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
