//! The delimiter of a file, found from its first lines.

use super::fields;

/// The delimiters that are recognised, the likeliest first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many lines are looked at.
const LINES: usize = 50;

/// The delimiter of a file that begins with `head`. Where the names of the columns are
/// known, the one that yields them; else the one that cuts the most lines into as many
/// cells as the header, and more than one.
pub fn delimiter(head: &[u8], expected: Option<&[&str]>) -> u8 {
    let lines: Vec<&[u8]> = head
        .split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
        .take(LINES)
        .collect();
    let Some(header) = lines.first() else { return b',' };
    let cut = |line: &[u8], delimiter: u8| -> Vec<String> {
        let mut cells = fields::Fields::default();
        cells.split(line, delimiter);
        cells.iter().map(|c| String::from_utf8_lossy(c).trim().to_string()).collect()
    };
    if let Some(names) = expected
        && let Some(found) = CANDIDATES.into_iter().find(|d| cut(header, *d) == *names)
    {
        return found;
    }
    let score = |delimiter: u8| {
        let width = cut(header, delimiter).len();
        let agreeing = lines.iter().filter(|line| cut(line, delimiter).len() == width).count();
        if width > 1 { (agreeing, width) } else { (0, 0) }
    };
    let mut best = (b',', (0, 0));
    for candidate in CANDIDATES {
        let found = score(candidate);
        if found > best.1 {
            best = (candidate, found);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_recognised() {
        assert_eq!(delimiter(b"a,b,c\n1,2,3\n", None), b',');
        assert_eq!(delimiter(b"a;b;c\r\n1,5;2,5;3\r\n2,5;1,5;4\r\n", None), b';');
        assert_eq!(delimiter(b"a\tb\n1\t2\n", None), b'\t');
        assert_eq!(delimiter(b"a|b\n1|2\n", None), b'|');
        assert_eq!(delimiter(b"\"x;y\",b\n\"1;2\",3\n", None), b',');
        assert_eq!(delimiter(b"single\n1\n2\n", None), b',');
        assert_eq!(delimiter(b"", None), b',');
    }

    #[test]
    fn known_names_decide() {
        assert_eq!(delimiter(b"a;b,c;d\n1;2,3;4\n", Some(&["a", "b,c", "d"])), b';');
    }
}
