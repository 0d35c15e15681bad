//! The typeface of a page, within the page: charts place their texts by its measures, and a page
//! that is mailed must look the same wherever it is opened.

use crate::error::Result;
use crate::report::fonts::{self, FAMILY, Weight, subset};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;

/// The faces with the outlines of what stands in these texts alone, as CSS declarations.
///
/// # Errors
/// Internal, where the embedded font cannot be used.
pub(super) fn declarations(texts: &[&str]) -> Result<String> {
    // What the page itself adds to them: foot, contents, numbers of lists.
    let own = "Contents Skip to content incumbent written UTC all times in · – 0123456789.";
    let used: BTreeSet<char> = texts.iter().copied().chain([own]).flat_map(str::chars).collect();
    let face = |weight: Weight| -> Result<String> {
        let file = subset::web(fonts::bytes(weight), &fonts::face(weight).glyphs(&used))?;
        Ok(format!(
            "@font-face{{font-family:{FAMILY};font-weight:{};src:url(data:font/ttf;base64,{})}}\n",
            weight.css(),
            STANDARD.encode(file)
        ))
    };
    Weight::ALL.into_iter().map(face).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_is_carried() {
        let few = declarations(&["abc"]).unwrap();
        let many = declarations(&["abcdefghijklmnopqrstuvwxyzäöüАЯаяΑΩαω"]).unwrap();
        assert_eq!(few.matches("@font-face").count(), 2);
        assert!(few.len() < many.len() && many.len() < 80_000, "{} {}", few.len(), many.len());
        assert_eq!(few, declarations(&["cba", "a"]).unwrap());
    }
}
