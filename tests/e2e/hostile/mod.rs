//! Files made to harm: each is told with its place and exit code, in memory that does not grow with
//! it, and nothing of it reaches a terminal, a log or a page as anything else than text.
//!
//! - `sizes`: lines without end, very many columns.
//! - `bombs`: small files that expand to very large ones.
//! - `texts`: NUL, what is no UTF-8, other encodings, line ends, quotes.
//! - `names`: of files, folders, columns and labels; links and `..`.
//! - `kinds`: pipes, links, devices and holes where files of the program's own should be.
//! - `formulas`: what a spreadsheet would run.
//! - `memory`: what a run took.

mod bombs;
mod formulas;
mod kinds;
mod memory;
mod names;
mod sizes;
mod texts;
