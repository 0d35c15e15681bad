//! From texts to codes, as a column of texts is filled.

use crate::random;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Finds the code of a text among the levels of a column: a table of codes alone, open addressing
/// with linear probing, at most three quarters full. The texts themselves stand in the levels
/// only. While there are few of them, they are looked through, and there is no table.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    slots: Vec<u32>,
    /// Chosen anew with each table.
    seed: u64,
}

const EMPTY: u32 = u32::MAX;
/// So few texts are looked through faster than an index of them.
const FEW_LEVELS: usize = 8;

impl Codes {
    /// The code of a text, which becomes a level where it is none yet. The levels are always those
    /// of the calls before.
    pub fn of(&mut self, text: &str, levels: &mut Vec<String>) -> u32 {
        let known = match self.slots.is_empty() {
            true => levels.iter().position(|level| level == text).map(|code| code as u32),
            false => Some(self.slots[self.slot(text, levels)]).filter(|code| *code != EMPTY),
        };
        if let Some(code) = known {
            return code;
        }
        let code = levels.len() as u32;
        levels.push(text.to_string());
        if levels.len() > FEW_LEVELS {
            self.index(levels);
        }
        code
    }

    /// Takes the last level, or all of them anew where they need more room.
    fn index(&mut self, levels: &[String]) {
        let has_room = levels.len() * 4 <= self.slots.len() * 3;
        let new = if has_room { levels.len() - 1 } else { 0 };
        if !has_room {
            self.slots = vec![EMPTY; levels.len().next_power_of_two() * 2];
            self.seed = random::secret();
        }
        for (code, level) in levels.iter().enumerate().skip(new) {
            let slot = self.slot(level, &levels[..code]);
            self.slots[slot] = code as u32;
        }
    }

    /// Where the code of a text stands, or the empty slot where it would.
    fn slot(&self, text: &str, levels: &[String]) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = xxh3_64_with_seed(text.as_bytes(), self.seed) as usize & last;
        loop {
            match self.slots[slot] {
                EMPTY => return slot,
                code if levels.get(code as usize).is_some_and(|level| level == text) => return slot,
                _ => slot = (slot + 1) & last,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_code() {
        let (mut codes, mut levels) = (Codes::default(), Vec::new());
        for round in 0..2 {
            for i in 0..5_000u32 {
                assert_eq!(codes.of(&format!("text {i}"), &mut levels), i, "round {round}");
            }
        }
        assert_eq!(levels.len(), 5_000);
        assert_eq!(levels[4_321], "text 4321");
    }
}
