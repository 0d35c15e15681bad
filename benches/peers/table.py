"""Rows of results and the table that they make, for people and for docs/benchmarks.md."""

import dataclasses

HEADER = ["work", "peer", "what counts", "ours", "peer's", "ratio", "goal", "met", "CPU s", "peak MB"]
BEGIN, END = "<!-- table of benches/peers/compare.py -->\n", "<!-- end of the table -->"
NOT_MEASURED = "–"


@dataclasses.dataclass
class Row:
    """One comparison. Texts are shown as they are; pairs are ours and the peer's."""

    work: str
    peer: str
    counts: str
    ours: str
    theirs: str = NOT_MEASURED
    ratio: float | None = None
    goal: str = NOT_MEASURED
    met: bool | None = None
    note: str = ""
    cpu: tuple = ()
    peak: tuple = ()

    def cells(self):
        met = NOT_MEASURED if self.met is None else "yes" if self.met else "no"
        return [
            f"`{self.work}`",
            self.peer,
            self.counts,
            self.ours,
            self.theirs,
            NOT_MEASURED if self.ratio is None else digits(self.ratio),
            self.goal,
            f"{met} ({self.note})" if self.note else met,
            " / ".join(map(digits, self.cpu)) or NOT_MEASURED,
            " / ".join(f"{value:,.0f}" for value in self.peak) or NOT_MEASURED,
        ]


def digits(number):
    """Three digits that count."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def seconds(value):
    """A time with its unit."""
    for unit, factor in [("s", 1), ("ms", 1e3)]:
        if value * factor >= 1:
            return f"{digits(value * factor)} {unit}"
    return f"{digits(value * 1e6)} µs"


def text(rows):
    """For a terminal."""
    lines = [HEADER] + [row.cells() for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(rows, names, before=""):
    """The table of a document: a line or more for each of `names`. Works that were not measured keep
    the lines that they have in the table `before`, or say that there is nothing yet."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    for name in names:
        new = ["| " + " | ".join(row.cells()) + " |" for row in rows if row.work == name]
        old = [line for line in before.splitlines() if line.startswith(f"| `{name}` |")]
        nothing = f"| `{name}` |" + f" {NOT_MEASURED} |" * (len(HEADER) - 1)
        lines += new or old or [nothing]
    return "\n".join(lines) + "\n"


def into(document, rows, names):
    """The text of a document with its table made anew."""
    before, begin, rest = document.partition(BEGIN)
    table, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"it lacks the lines {BEGIN.strip()} and {END}")
    return before + begin + markdown(rows, names, table) + end + after
