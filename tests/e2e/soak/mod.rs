//! Cron over weeks: thousands of ticks at which files come, change, go and are broken, rows are
//! added, results are lost, runs meet, are killed or find the disk full. After each tick all is held
//! against a simple model of what must be true.
//!
//! - `generator`: what happens, drawn from a seed.
//! - `folder`: the input folder and a naive merge of it.
//! - `world`: a project, and a tick on it.
//! - `standing`: what stands on the disk.
//! - `checks`: what must be true.
//!
//! `INCUMBENT_SOAK_SEED` and `INCUMBENT_SOAK_TICKS` name the worlds of the campaign: a run that
//! failed is repeated with the two that it printed.

mod checks;
mod folder;
mod generator;
mod standing;
mod world;

use incumbent::parallel;
use std::io::Write;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use world::World;

/// Ticks before a failure that are shown.
const SHOWN: usize = 25;

/// Says it whether tests pass or not.
fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "soak: {what}");
}

/// So many ticks of the world of a seed; the way to repeat it where something does not hold.
fn soak(seed: u64, ticks: usize) -> Result<(), String> {
    let (mut world, begun) = (World::new(seed), Instant::now());
    for tick in 1..=ticks {
        if let Err(what) = world.tick() {
            let shown = &world.told[world.told.len().saturating_sub(SHOWN)..];
            return Err(format!(
                "tick {tick} of seed {seed}: {what}\n{}\n  {}\nrepeat it: INCUMBENT_SOAK_SEED={seed} \
                 INCUMBENT_SOAK_TICKS={tick} cargo test --test e2e soak::thousands -- --ignored",
                world.told[0],
                shown.join("\n  "),
            ));
        }
    }
    let count = |what: &str| world.told.iter().filter(|told| told.contains(what)).count();
    tell(&format!(
        "seed {seed}: {ticks} ticks in {:.0} s; {} deployed, {} kept, {} idle, {} failed, {} back, {} killed, {} met",
        begun.elapsed().as_secs_f64(),
        count(" deployed") + count("first_deployment"),
        count("kept_incumbent") + count("no_drift"),
        count("no_new_data"),
        count(" failed"),
        count("0 rollback"),
        count("-> -1"),
        count("75 "),
    ));
    Ok(())
}

#[test]
fn ticks_with_faults_leave_what_the_model_says() {
    soak(1, 60).unwrap();
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|e| panic!("{name}: {e}")))
}

#[test]
#[ignore = "minutes: thousands of ticks in worlds of random seeds"]
fn thousands_of_ticks_with_faults_leave_what_the_model_says() {
    let ticks = number("INCUMBENT_SOAK_TICKS").unwrap_or(400) as usize;
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64;
    let seeds: Vec<u64> = match number("INCUMBENT_SOAK_SEED") {
        Some(seed) => vec![seed],
        None => (0..8).map(|world| clock % 1_000_000_000 + world).collect(),
    };
    let failed: Vec<String> = parallel::map(seeds.len(), parallel::available(), |world| {
        tell(&format!("seed {}: {ticks} ticks begin", seeds[world]));
        soak(seeds[world], ticks).inspect_err(|what| tell(what)).err()
    })
    .into_iter()
    .flatten()
    .collect();
    assert!(failed.is_empty(), "{} of {} worlds:\n{}", failed.len(), seeds.len(), failed.join("\n\n"));
}
