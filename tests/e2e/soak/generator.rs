//! What happens at a tick, drawn from a seed.

use super::folder::{Content, Folder, HEADER, Row};
use incumbent::random::Random;
use serde_json::{Value, json};

/// Files beyond which some go.
const MANY: usize = 9;
/// Beyond the last fault point of a run that deploys and reports.
const POINTS: usize = 330;

/// What becomes of the folders before the run.
#[derive(Debug, Clone)]
pub enum Change {
    Nothing,
    /// A file comes, or takes the place of another.
    Write(String, Content),
    Remove(Vec<String>),
    Rename(String, String),
    /// Rows as the app adds them.
    Append(Vec<Row>),
    TestData(String),
    /// Something that a run has left goes.
    Lose(&'static str),
}

/// What is run.
#[derive(Debug, Clone)]
pub enum Call {
    Run,
    Force,
    Ingestion,
    Rollback(Option<u64>),
    /// A second run while the first is held at that point.
    Second(usize),
}

/// What befalls it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    None,
    Kill(usize),
    Fail(usize, &'static str),
}

impl Fault {
    /// `INCUMBENT_FAULTS`
    pub fn variable(self) -> String {
        match self {
            Fault::None => String::new(),
            Fault::Kill(at) => format!("kill:{at}"),
            Fault::Fail(at, how) => format!("fail:{at}:{how}"),
        }
    }
}

/// The source of all that happens in a world.
pub struct Generator {
    random: Random,
    rows: usize,
    names: usize,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator { random: Random::new(seed), rows: 0, names: 0 }
    }

    /// The settings of a world.
    pub fn config(&mut self) -> Value {
        let models = [
            json!({"kind": "logistic_regression"}),
            json!({"kind": "naive_bayes"}),
            json!({"kind": "random_forest", "params": {"n_trees": 5}}),
            json!({"kind": "boosting", "params": {"n_trees": 10}}),
        ];
        let gates = [
            json!({"rule": "better"}),
            json!({"rule": "not_worse", "margin": 0.3}),
            json!({"rule": "better", "metric": "roc_auc", "retrain": "on_drift"}),
            json!({"rule": "significant", "metric": "accuracy"}),
        ];
        let types = json!({"plan": "category", "fee": "number", "calls": "number"});
        json!({
            "data": {"target": "churned", "id": ["customer"], "types": types, "max_bad_share": super::folder::MAX_BAD_SHARE},
            "model": self.pick(&models),
            "gate": self.pick(&gates),
            "log": {"max_bytes": 20_000, "keep": 2},
            "threads": 2,
        })
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.random.below(among.len())].clone()
    }

    fn chance(&mut self, share: f64) -> bool {
        self.random.unit() < share
    }

    /// So many rows, the label of which follows the rest but for that share.
    pub fn rows(&mut self, count: usize, wrong: f64) -> Vec<Row> {
        let row = |random: &mut Random, number: usize| {
            let (plan, fee, calls) = (["basic", "gold"][random.below(2)], 20 + random.below(50), random.below(9));
            let churned = (fee > 45) ^ (calls > 6) ^ (random.unit() < wrong);
            Row { text: format!("c{number},{plan},{fee},{calls},{}", u8::from(churned)), is_good: true }
        };
        let first = self.rows;
        self.rows += count;
        (first..first + count).map(|number| row(&mut self.random, number)).collect()
    }

    pub fn test_data(&mut self) -> String {
        let rows = self.rows(40, 0.1);
        rows.iter().fold(format!("{HEADER}\n"), |text, row| text + &row.text + "\n")
    }

    fn bad_row(&mut self) -> Row {
        let number = self.rows;
        self.rows += 1;
        let bad = [",gold,much,3,1", ",gold,30,3", ",basic,30,3,", ",basic,30,3,1,1"];
        Row { text: format!("c{number}{}", self.pick(&bad)), is_good: false }
    }

    /// A file of new rows, and of some that stand elsewhere.
    fn content(&mut self, folder: &Folder) -> Content {
        let (count, wrong) = (1 + self.random.below(25), self.pick(&[0.0, 0.1, 0.3, 0.5]));
        let mut rows = self.rows(count, wrong);
        if let Some(Content::Rows { rows: others, .. }) = self.some(folder).map(|name| &folder.files[&name])
            && !others.is_empty()
        {
            rows.extend((0..self.random.below(4)).map(|_| self.pick(others)));
        }
        if self.chance(0.15) {
            rows.push(self.bad_row());
        }
        self.random.shuffle(&mut rows);
        Content::Rows { rows, ending: self.pick(&["\n", "\n", "\r\n"]) }
    }

    fn broken(&mut self) -> Content {
        let header = HEADER.replace("fee", "price");
        let bad = format!("{HEADER}\nc1,gold,much,3,1\nc2,gold,much,3,1\n");
        let texts = ["", "\u{0}\u{1}\u{2}garbage", "{\"no\": \"table\"}", &bad, &format!("{header}\nc1,gold,30,3,1\n")];
        let text = self.pick(&texts);
        if text != bad {
            return Content::Broken(text.as_bytes().to_vec());
        }
        // Whether these are too many bad rows is for the merge to say.
        let row = |line: &str| Row { text: line.to_string(), is_good: false };
        Content::Rows { rows: bad.lines().skip(1).map(row).collect(), ending: "\n" }
    }

    fn some(&mut self, folder: &Folder) -> Option<String> {
        let names: Vec<&String> = folder.files.keys().collect();
        (!names.is_empty()).then(|| names[self.random.below(names.len())].clone())
    }

    fn name(&mut self) -> String {
        self.names += 1;
        let place = self.pick(&["", "", "deep/", "b"]);
        format!("{place}f{}-{}.csv", self.random.below(10), self.names)
    }

    pub fn change(&mut self, folder: &Folder) -> Change {
        let broken = folder.broken();
        if !broken.is_empty() && self.chance(0.6) {
            return Change::Remove(broken);
        }
        if folder.files.len() > MANY {
            let some = (0..3).filter_map(|_| self.some(folder)).collect();
            return Change::Remove(some);
        }
        let some = self.some(folder);
        match (self.random.below(100), some) {
            (0..20, _) => Change::Nothing,
            (20..42, _) => Change::Write(self.name(), self.content(folder)),
            (42..54, Some(name)) => Change::Write(name, self.content(folder)),
            (54..62, Some(name)) => Change::Remove(vec![name]),
            (62..68, Some(name)) => Change::Rename(name, self.name()),
            (68..74, Some(name)) => Change::Write(self.name(), folder.files[&name].clone()),
            (74..79, _) => Change::Write(self.name(), self.broken()),
            (79..88, _) => {
                let count = 1 + self.random.below(6);
                Change::Append(self.rows(count, 0.1))
            }
            (88..93, _) => Change::TestData(self.test_data()),
            (93..97, _) => Change::Lose(self.pick(&[
                "ingesteddata/finaldata.csv",
                "ingesteddata/ingestion.json",
                "production_deployment/lastrun.json",
                "production_deployment/history.sqlite",
                "models/report.html",
            ])),
            _ => Change::Write(self.name(), self.content(folder)),
        }
    }

    /// What is run; `versions` are those that can come back.
    pub fn call(&mut self, versions: &[u64]) -> Call {
        match self.random.below(100) {
            0..80 => Call::Run,
            80..84 => Call::Force,
            84..88 => Call::Ingestion,
            88..94 if self.chance(0.5) => Call::Rollback(None),
            88..94 if self.chance(0.1) => Call::Rollback(Some(9_999_999)),
            88..94 if !versions.is_empty() => Call::Rollback(Some(self.pick(versions))),
            _ => Call::Second(1 + self.random.below(POINTS / 2)),
        }
    }

    pub fn fault(&mut self, call: &Call) -> Fault {
        if matches!(call, Call::Second(_)) || !cfg!(debug_assertions) || !self.chance(0.3) {
            return Fault::None;
        }
        // A run that finds nothing new has few points, and so has a rollback.
        let most = self.pick(&[30, 60, POINTS, POINTS]);
        let at = 1 + self.random.below(most);
        match self.random.below(5) {
            0 => Fault::Fail(at, "ENOSPC"),
            1 => Fault::Fail(at, "EIO"),
            _ => Fault::Kill(at),
        }
    }

    /// One of them, to be looked at.
    pub fn one(&mut self, versions: &[u64]) -> Option<u64> {
        (!versions.is_empty()).then(|| self.pick(versions))
    }
}
