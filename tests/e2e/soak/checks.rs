//! What must be true after every tick.

use super::folder::{Expected, Merged};
use super::generator::{Call, Fault};
use super::standing::Standing;
use super::world::{Ended, World};
use crate::crash_sweep::{Checked, check};
use incumbent::fingerprint::Fingerprint;
use incumbent::store::versions::Production;

/// Exit codes that tell of a disk which is full or broken.
const DISK: [i32; 2] = [73, 74];

/// What was run, and what stood before and stands after it.
pub struct Tick<'a> {
    pub call: &'a Call,
    pub fault: Fault,
    pub ended: &'a [Ended],
    pub before: &'a Standing,
    pub after: &'a Standing,
}

/// How runs may end that nothing befalls.
struct Allowed {
    codes: Vec<i32>,
    decisions: Vec<&'static str>,
}

pub fn all(world: &mut World, tick: &Tick<'_>) -> Checked<()> {
    let expected = world.merge(tick.ended);
    either_before_or_after(tick, &expected)?;
    office(world, tick)?;
    ends(world, tick, &allowed(world, tick, &expected))?;
    if tick.fault == Fault::None {
        undisturbed(world, tick, &expected)?;
    }
    Ok(())
}

/// The data that a merge of this text has.
fn fingerprint(merged: &Merged) -> String {
    Fingerprint::of(merged.text.as_bytes()).to_string()
}

/// Whatever happened: each file is as before or as after, and nothing that was written down is lost.
fn either_before_or_after(tick: &Tick<'_>, expected: &Expected) -> Checked<()> {
    let Tick { before, after, .. } = tick;
    let merged = match expected {
        Expected::Merged(merged) => Some(merged),
        _ => None,
    };
    let is_either = |now: &Option<String>, was: &Option<String>, new: Option<&String>| {
        now == was || (now.is_some() && now.as_ref() == new)
    };
    check(is_either(&after.merged, &before.merged, merged.map(|m| &m.text)), || {
        format!("finaldata.csv is neither as before nor the merge:\n{:?}", after.merged)
    })?;
    check(is_either(&after.names, &before.names, merged.map(|m| &m.names)), || {
        format!("ingestedfiles.txt is neither as before nor the list: {:?}", after.names)
    })?;
    let new = merged.map(fingerprint);
    check(after.decided() == before.decided() || after.decided() == new.as_deref(), || {
        format!("lastrun.json is about other data: {:?}", after.last)
    })?;
    let kept = before.history.runs.iter().all(|(id, ended)| after.history.runs.get(id) == Some(ended));
    let more = after.history.runs.len() - before.history.runs.len().min(after.history.runs.len());
    check(kept && more <= tick.ended.len(), || format!("the history lost runs, or has {more} more"))?;
    let changes = &after.history.changes;
    check(changes.starts_with(&before.history.changes), || format!("the history lost changes of office: {changes:?}"))
}

/// The pointer moves with a deployment or a rollback alone; sets come one by one and never change.
fn office(world: &mut World, tick: &Tick<'_>) -> Checked<()> {
    let Tick { before, after, call, .. } = tick;
    let next = before.versions.last().map_or(1, |last| last + 1);
    let new: Vec<u64> = after.versions.iter().copied().filter(|v| !before.versions.contains(v)).collect();
    let lost: Vec<&u64> = before.versions.iter().filter(|v| !after.versions.contains(v)).collect();
    // What a killed run had prepared and not put in office, the next removes, and takes its number.
    let unfinished = |version: &&u64| before.versions.last() == Some(*version) && before.office != Some(**version);
    check(lost.iter().all(unfinished), || format!("versions are lost: {lost:?}"))?;
    check(new.iter().all(|version| *version == next) && new.len() <= 1, || format!("versions that came: {new:?}"))?;
    let may = match call {
        Call::Run | Call::Force | Call::Second(_) => new.first().copied().or(before.versions.last().copied()),
        Call::Ingestion => None,
        Call::Rollback(Some(version)) => Some(*version),
        Call::Rollback(None) => before.office.and_then(|office| replaced(world, office)),
    };
    check(after.office == before.office || (after.office.is_some() && after.office == may), || {
        format!("in office is {:?} after {:?}; {may:?} may be", after.office, before.office)
    })?;
    if let (Some(version), Some(answers)) = (after.office, &after.answers) {
        // A number that was never in office may be given again.
        let known = world.answers.entry((version, world.test)).or_insert_with(|| answers.clone());
        check(known == answers, || format!("version {version} answers otherwise than it did"))?;
        scores_agree(world, version)?;
    }
    if let Some(version) = world.sample(&after.versions) {
        set(world).load(version).map_err(|e| e.message())?;
    }
    Ok(())
}

fn set(world: &World) -> Production {
    Production::new(&world.project.at("production_deployment"), "production_deployment", &[])
}

fn replaced(world: &World, version: u64) -> Option<u64> {
    set(world).manifest(version).ok()?.replaces
}

/// The score beside the model in office is that of its manifest and of its document.
fn scores_agree(world: &World, version: u64) -> Checked<()> {
    let folder = format!("production_deployment/versions/{version}");
    let text = world.project.read(&format!("{folder}/latestscore.txt"));
    let score: f64 = text.trim().parse().map_err(|e| format!("latestscore.txt {text:?}: {e}"))?;
    let manifest = world.project.json(&format!("{folder}/manifest.json"))["evidence"]["score"].as_f64();
    let document = &world.project.json(&format!("{folder}/latestscore.json"))["value"];
    check(Some(score) == manifest && Some(score) == document.as_f64(), || {
        format!("version {version}: scores {score}, {manifest:?}, {document}")
    })
}

/// How this call may end.
fn allowed(world: &World, tick: &Tick<'_>, expected: &Expected) -> Allowed {
    let before = tick.before;
    let failed = |codes: &[i32]| Allowed { codes: codes.to_vec(), decisions: vec!["failed"] };
    if let Call::Rollback(wanted) = tick.call {
        let target = match wanted {
            Some(version) => Some(*version).filter(|version| before.versions.contains(version)),
            None => before.office.and_then(|office| replaced(world, office)),
        };
        let code = if target.is_some() { 0 } else { 66 };
        return Allowed { codes: vec![code], decisions: vec!["rollback"] };
    }
    let merged = match expected {
        Expected::NoFile => return failed(&[66]),
        // Of a file that is no table the columns may have been learnt which the config names.
        Expected::Unusable => return failed(&[65, 78]),
        Expected::Merged(merged) => merged,
    };
    let is_force = matches!(tick.call, Call::Force);
    let is_known = before.decided() == Some(fingerprint(merged).as_str()) && before.office.is_some();
    let on_drift = world.gate["retrain"] == "on_drift";
    match tick.call {
        Call::Ingestion => Allowed { codes: vec![0], decisions: vec![] },
        _ if is_known && !is_force => Allowed { codes: vec![0], decisions: vec!["no_new_data"] },
        _ if !merged.can_teach && on_drift => Allowed { codes: vec![0, 65], decisions: vec!["failed", "no_drift"] },
        _ if !merged.can_teach => failed(&[65]),
        _ if before.office.is_none() => Allowed { codes: vec![0], decisions: vec!["first_deployment"] },
        _ if on_drift && !is_force => {
            Allowed { codes: vec![0], decisions: vec!["deployed", "kept_incumbent", "no_drift"] }
        }
        _ => Allowed { codes: vec![0], decisions: vec!["deployed", "kept_incumbent"] },
    }
}

/// Exit codes and decisions.
fn ends(world: &World, tick: &Tick<'_>, allowed: &Allowed) -> Checked<()> {
    let mut decided = 0;
    for ended in tick.ended {
        let is_second = matches!(tick.call, Call::Second(_));
        let is_told = match (tick.fault, ended.code) {
            (Fault::Kill(_), -1) => continue,
            (Fault::Fail(..), code) if DISK.contains(&code) => ended.err.contains("error: "),
            (_, 75) => is_second && ended.err.contains("holds the lock"),
            // Of two runs that follow each other the second finds what the first has decided about.
            (_, 0) if is_second && decided > 0 => ended.decision() == "no_new_data",
            (_, code) => {
                decided += 1;
                let knows = |decision| allowed.decisions.is_empty() || allowed.decisions.contains(&decision);
                let has_failed =
                    code != 0 && (matches!(tick.call, Call::Rollback(_) | Call::Ingestion) || knows("failed"));
                allowed.codes.contains(&code) && (has_failed || (code == 0 && knows(ended.decision())))
            }
        };
        check(is_told, || {
            let Allowed { codes, decisions } = allowed;
            format!("ended with {} {:?}; allowed are {codes:?} {decisions:?}", ended.code, ended.decision())
        })?;
        gate(world, tick, ended)?;
    }
    Ok(())
}

/// What the rule of the gate says of the two scores is what was decided.
fn gate(world: &World, tick: &Tick<'_>, ended: &Ended) -> Checked<()> {
    let score = |name: &str| ended.json[name].as_f64();
    let (Some(old), Some(new)) = (score("old_score"), score("new_score")) else { return Ok(()) };
    let promoted = match (ended.decision(), tick.call) {
        ("deployed", _) => true,
        ("kept_incumbent", _) => false,
        _ => return Ok(()),
    };
    let holds = match world.gate["rule"].as_str() {
        Some("better") => promoted == (new > old),
        // The interval of the difference may say no where the difference itself says yes.
        Some("not_worse") => !promoted || new - old > -world.gate["margin"].as_f64().unwrap() - 1e-9,
        _ => !promoted || new > old,
    };
    check(holds, || format!("{} with {old} and {new} under {}", ended.decision(), world.gate))
}

/// Nothing befell the call: the merge is whole, the history tells of it, and nothing else stays.
fn undisturbed(world: &World, tick: &Tick<'_>, expected: &Expected) -> Checked<()> {
    let Tick { before, after, ended, call, .. } = tick;
    let left: Vec<String> = walkdir::WalkDir::new(world.project.path())
        .min_depth(1)
        .into_iter()
        .map(|entry| entry.unwrap().path().strip_prefix(world.project.path()).unwrap().display().to_string())
        .filter(|name| ["incumbent-tmp", "/.next", "-journal", "tmp/"].iter().any(|part| name.contains(part)))
        .collect();
    check(left.is_empty(), || format!("these stay: {left:?}"))?;
    let logs = (3..6).filter(|n| world.project.at(&format!("fullprocess.log.{n}")).exists()).count();
    check(logs == 0, || "more logs than are to be kept".to_string())?;
    let last = ended.iter().rev().find(|ended| ended.code != 75);
    let Some(last) = last else { return Err("both runs were told to wait".to_string()) };
    let ran: Vec<&Ended> = ended.iter().filter(|ended| ended.code != 75).collect();
    let more = after.history.runs.len() - before.history.runs.len();
    check(more == ran.len(), || format!("the history has {more} runs more, {} ended", ran.len()))?;
    after.history.leads_to(after.office)?;
    if matches!(call, Call::Run | Call::Force | Call::Second(_)) {
        for ended in &ran {
            let told = ended.json["run_id"].as_str().and_then(|id| after.history.runs.get(id));
            let is_told = told.is_some_and(|(decision, code)| {
                decision.as_deref() == Some(ended.decision()) && i32::from(*code) == ended.code
            });
            check(is_told, || format!("the history says {told:?}"))?;
        }
    }
    if let Call::Rollback(_) = call {
        return Ok(());
    }
    let Expected::Merged(merged) = expected else { return Ok(()) };
    if last.code != 0 {
        return Ok(());
    }
    check(after.merged.as_ref() == Some(&merged.text), || "finaldata.csv is not the merge".to_string())?;
    check(after.names.as_ref() == Some(&merged.names), || "ingestedfiles.txt is not the list".to_string())?;
    let totals = &world.project.json("ingesteddata/ingestion.json")["totals"];
    let counts = ["rows_read", "kept", "duplicate", "rejected"].map(|name| totals[name].as_u64().unwrap_or(u64::MAX));
    check(counts == merged.counts, || format!("counts {counts:?} instead of {:?}", merged.counts))?;
    if let Call::Ingestion = call {
        return check(after.last == before.last, || "ingestion has decided something".to_string());
    }
    decided(world, tick, merged, last)
}

/// What was decided is written down as it was told, and is what stands.
fn decided(world: &World, tick: &Tick<'_>, merged: &Merged, last: &Ended) -> Checked<()> {
    let after = tick.after;
    check(after.decided() == Some(fingerprint(merged).as_str()), || format!("decided about {:?}", after.decided()))?;
    check(last.json["version"].as_u64() == after.office, || format!("told version {}", last.json["version"]))?;
    let noted = after.last.as_ref().unwrap();
    check(noted["reported"] == true, || "the reports of the last decision are missing".to_string())?;
    let ran = tick.ended.iter().find(|ended| !["", "no_new_data"].contains(&ended.decision()) && ended.code == 0);
    let Some(ran) = ran else { return Ok(()) };
    check(noted["decision"] == ran.json["decision"] && noted["run_id"] == ran.json["run_id"], || {
        format!("told {}, noted {}", ran.json["decision"], noted["decision"])
    })?;
    let deploys = ["first_deployment", "deployed"].contains(&ran.decision());
    let changes = after.history.changes.last().map(|(action, version, _)| (action.as_str(), Some(*version)));
    check(!deploys || changes == Some(("deploy", after.office)), || format!("the history ends with {changes:?}"))?;
    if ran.decision() != "no_drift" {
        let score = world.project.read("models/latestscore.txt");
        let score = score.trim().parse::<f64>().ok();
        check(score == ran.json["new_score"].as_f64(), || format!("latestscore.txt is {score:?}"))?;
    }
    Ok(())
}
