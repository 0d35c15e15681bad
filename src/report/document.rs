//! What a report says, free of any output format.
//!
//! A [`Document`] has a head (title, facts, verdict) and [`Section`]s of [`Block`]s.
//! Renderers decide about fonts, columns and page breaks, never about content; sections
//! of a report are functions from results to [`Section`].

use super::charts::Chart;

/// A whole report.
#[derive(Debug, Default)]
pub struct Document {
    /// The name of the report.
    pub title: String,
    /// One line below it: for which model, on which data.
    pub subtitle: String,
    /// Labels and values about the run: its id, time, versions.
    pub meta: Vec<(String, String)>,
    /// What came out, said first.
    pub verdict: Option<Callout>,
    /// The few numbers to see first.
    pub figures: Vec<Figure>,
    /// The rest, in order.
    pub sections: Vec<Section>,
}

/// A number set large.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The number.
    pub value: String,
    /// How sure it is, or of how many.
    pub note: String,
}

/// A titled part of a document.
#[derive(Debug, Default)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The content, in order.
    pub blocks: Vec<Block>,
}

/// A piece of content.
#[derive(Debug)]
pub enum Block {
    /// Running text.
    Paragraph(String),
    /// Points, each a short text.
    List(Vec<String>),
    /// Labels and values.
    Facts(Vec<(String, String)>),
    /// Rows and columns.
    Table(Table),
    /// A message that must not be missed.
    Callout(Callout),
    /// A drawing.
    Chart(Box<dyn Chart>),
}

/// Rows and columns of text.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns. Their number is that of the columns: shorter rows are
    /// filled up with empty cells, longer ones cut.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// One a column; columns without one are [`Align::Start`].
    pub align: Vec<Align>,
}

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left: names and sentences.
    #[default]
    Start,
    /// At the right: numbers.
    End,
}

/// A message with a tone.
#[derive(Debug, Clone, PartialEq)]
pub struct Callout {
    /// How it is meant.
    pub tone: Tone,
    /// The message in a few words.
    pub title: String,
    /// Reasons and figures; may be empty.
    pub text: String,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Nothing changed.
    Neutral,
    /// Somebody should look.
    Warning,
}

impl Document {
    /// An empty document of that title.
    pub fn new(title: impl Into<String>, subtitle: impl Into<String>) -> Document {
        Document { title: title.into(), subtitle: subtitle.into(), ..Document::default() }
    }
}

impl Section {
    /// A section of these blocks.
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Section {
        Section { title: title.into(), blocks }
    }
}

impl Table {
    /// An empty table of these columns.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Align)>) -> Table {
        let (header, align) = columns.into_iter().map(|(name, align)| (name.into(), align)).unzip();
        Table { header, rows: Vec::new(), align }
    }

    /// Adds a row.
    pub fn push<C: Into<String>>(&mut self, row: impl IntoIterator<Item = C>) {
        self.rows.push(row.into_iter().map(Into::into).collect());
    }

    /// The text of a cell, empty where the row is short.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|r| r.get(column)).map_or("", String::as_str)
    }

    /// Where a column stands.
    pub fn align(&self, column: usize) -> Align {
        self.align.get(column).copied().unwrap_or_default()
    }
}
