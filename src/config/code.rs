//! Problem codes with stable ids, one-line titles and the long texts that `explain` prints.

/// Declares [`Code`] from a list of ids, titles and long texts.
macro_rules! codes {
    ($( $Code:ident = $id:literal, $title:literal, $text:literal; )+) => {
        /// A kind of problem. Ids are stable: the id of a removed code is never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( #[doc = $title] $Code, )+ }

        impl Code {
            /// The stable id, for example `S101`.
            pub const fn id(self) -> &'static str {
                match self { $( Code::$Code => $id, )+ }
            }

            /// A one-line title.
            pub const fn title(self) -> &'static str {
                match self { $( Code::$Code => $title, )+ }
            }

            /// The long text: meaning, example and remedy.
            pub const fn explain(self) -> &'static str {
                match self { $( Code::$Code => $text, )+ }
            }

            /// All codes, ordered by id.
            pub const fn all() -> &'static [Code] {
                &[ $( Code::$Code, )+ ]
            }
        }
    };
}

impl Code {
    /// Whether the scenario could not be read at all, as opposed to read and found invalid.
    pub fn is_unreadable(self) -> bool {
        self.id().starts_with("S0")
    }

    /// Whether the problem is about a value that was written, so it is reported even if other keys are
    /// misspelt. Missing or unknown things are not: a misspelt key elsewhere may be their only cause.
    pub fn is_about_a_value(self) -> bool {
        let id = self.id();
        (id.starts_with("S3") || id.starts_with("S5"))
            && !matches!(self, Code::DistributionParameterMissing | Code::NumberEmpty)
    }

    /// Looks a code up by its id, ignoring case.
    pub fn from_id(id: &str) -> Option<Code> {
        Code::all().iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

codes! {
    // ---- Reading the file
    FileUnreadable = "S001", "the scenario file cannot be read", r#"The file named on the command line does not exist, is a folder, or may not be read.

    capstake run senario.toml

To fix it: look at the spelling of the path and at the folder you are in. `capstake init` writes a new scenario."#;
    FileEmpty = "S002", "the scenario file is empty", r#"The file was read and has no keys: it is empty, or holds comments only. A scenario needs at least a timeline, a segment
and a deal.

To fix it: `capstake init FILE` writes a commented scenario to start from."#;
    FileNotText = "S003", "the scenario file is not text", r#"A scenario is TOML text in UTF-8. The file has bytes that are not: it may be a spreadsheet, a compressed file, or text that
was saved in UTF-16 or Latin-1.

To fix it: name the right file, or save it as UTF-8 in your editor."#;
    FileTooLarge = "S004", "the scenario file is too large", r#"Scenarios have some kilobytes; this file has more than 1 MiB, so that it is most likely something else, such as a table of
results.

To fix it: name the right file. Long series belong in the CSV file of an `empirical` input."#;
    Syntax = "S005", "the scenario is not valid TOML", r#"The text breaks a rule of TOML, so that nothing can be said about its keys. The message is the parser's, for the first place
where it got stuck; the cause is sometimes a line earlier. Frequent causes: a text without quotes, a decimal comma, a key
given twice in one table, a bracket that is not closed.

    period = quarter            needs quotes: period = "quarter"
    growth = 0,4                needs a point: growth = 0.4
    growth = 40%                a fraction of 1: growth = 0.40
    horizon = 12/31/2030        year-month-day: horizon = 2030-12-31

To fix it: correct the line. https://toml.io has the rules on one page."#;
    ExtendsFile = "S006", "a file that a scenario extends cannot be read", r#"`extends` names a scenario file, relative to the file in which it is written, and that file does not exist or cannot be read.

    extends = "base.toml"            beside this file
    extends = "../configs/base.toml"

To fix it: correct the path. `capstake scenario FILE` writes out a scenario that extends others as one file."#;
    WorkbookUnreadable = "S007", "the workbook cannot be read", r#"A workbook is a scenario if capstake wrote it: its sheet Inputs has the numbers, and a hidden sheet what they were. This file has
no such sheets, or sheets of two workbooks, is of a later version of capstake, is damaged or protected with a password, or is far larger than any workbook of
capstake.

To fix it: name a results.xlsx, or that file saved again as .xlsx or .ods. `capstake run` writes one for any scenario."#;
    // ---- Spelling and types
    UnknownKey = "S101", "unknown key", r#"The table has no key of this name. Unknown keys are never skipped: a misspelt key would silently leave a default in force.

    [[deal]]
    cap_usd_billion = 38        the key is cap_usd_bn

To fix it: use the key that the message proposes. `capstake explain deal` lists the keys of a table; configs/README.md has
all of them."#;
    WrongType = "S102", "a value of the wrong type", r#"The key exists and holds something else: a text where a number belongs, a single table where a list of tables belongs, a date
in quotes.

    horizon = "2030-12-31"      a date has no quotes: horizon = 2030-12-31
    rate = "0.20"               a number has no quotes: rate = 0.20
    cap_usd_bn = "60bn"         money is in billions: cap_usd_bn = 60
    horizon = 46387             how Excel counts 2026-12-31
    [deal]                      there may be several: [[deal]]

To fix it: write the value in the form that the message names."#;
    UnknownWord = "S103", "a word that the key does not know", r#"The key takes one of a few words, and this is not among them. Words are in small letters with hyphens.

    process = "GBM"             the word is "gbm"

To fix it: use one of the words listed. `capstake explain KEY` says what each of them means."#;
    NotWholeNumber = "S104", "not a whole number of 0 or more", r#"The key counts something and takes a whole number of 0 or more, without point and exponent.

    paths = -5

To fix it: write a whole number, with underscores if you like: 1_000_000."#;
    NotAYear = "S105", "not a calendar year", r#"The keys of `annual_totals` are calendar years of four digits.

    [segment.annual_totals]
    "2027/28" = 62.0

To fix it: give totals of calendar years; for other spans use dated rates, `[[segment.plan]]`."#;
    // ---- Flags that set keys
    SetForm = "S111", "`--set` without `KEY=VALUE`", r#"`--set` takes one key and one value with an equals sign between them.

    --set deal.amended-2026.cap_usd_bn=60

List entries go by name (`segment.business.growth_now`), those without a name by date
(`history.period.2026-01-01.fcf_usd_bn`), correlations by position from 1.

To fix it: write KEY=VALUE without spaces around the equals sign, or quote the whole."#;
    SetValue = "S112", "the value of `--set` is not TOML", r#"The value after the equals sign is written as in the scenario file: TOML. Texts have quotes there, and the shell takes quotes
away unless they are quoted themselves.

    --set run.booking=end             the program sees: end
    --set 'run.booking="end"'         the program sees: "end"

To fix it: write what the message proposes, in single quotes if it has double ones."#;
    SetEntry = "S113", "`--set` names an entry that the scenario does not have", r#"`--set` changes entries of lists and adds none but deals (`like`). The list has no entry of this name or date.

    --set deal.amended.cap_usd_bn=60      the deal is called amended-2026

To fix it: use one of the names listed, or add the entry to the file."#;
    SetPath = "S114", "`--set` cannot go into that key", r#"The key of `--set` continues below something that has no keys, or stops at an entry of a list, which has many.

    --set timeline.horizon.year=2031
    --set deal.amended-2026=3

To fix it: name the key to set, no more and no less."#;
    // ---- Keys
    KeyMissing = "S121", "a required key is missing", r#"The table needs this key: there is no value that an analyst would take for granted.

    [[segment]]
    name = "api"
    process = "gbm"
    growth = 0.4                rate_now_usd_bn is missing

A deal's `home_keeps` is such a key wherever there are clouds: whether the home cloud passes its sales on (0) or keeps them (1)
decides billions.

To fix it: add the key. `capstake explain KEY` gives unit and range."#;
    KeysExclusive = "S122", "two keys that exclude each other", r#"The two keys say the same thing in different ways, so that both together contradict each other or repeat each other.

    share_ends = 2030-12-31
    share_ends_years = 4.5      a date, or a number of years, not both

Of a number, `source` names the publication that states it, and `informed_by` the one that it was derived from and that does not
state it. A number has one of the two.

To fix it: remove one of them. With --set, note that the file may have the other."#;
    KeyNeither = "S123", "neither of two keys, one of which is required", r#"One of the keys named is needed; none is there.

    [[round]]
    name = "seed"
    amount_usd_bn = 1           neither `date` nor `on_ipo`

To fix it: add one of them."#;
    KeyWithoutEffect = "S124", "a key without effect", r#"The key is known but changes nothing here: the process, the method or the cloud at hand does not use it.

    process = "gbm"
    growth_half_life_years = 2  a key of mean-reverting-growth

To fix it: remove the key, or choose what uses it."#;
    TableMissing = "S125", "a required table is missing", r#"The scenario has no table of this name, and nothing can be computed without it.

To fix it: add the table. `capstake init` writes a scenario that has all tables that are needed."#;
    ExtendsFirst = "S126", "`extends` is not the first key", r#"`extends` names the scenario that a file changes. It is the first key of the file, so that everybody sees at once that the
keys below are changes.

    extends = "base.toml"
    name = "slow"

To fix it: move it to the top of the file, above all other keys and tables."#;
    BasisDropped = "S127", "a growth rate that changes from annual to continuous", r#"The number in the file is growth from one year to the next (`basis = "annual"`). `--set` replaces a number as a whole, and a plain
number is a continuous rate: 0.45 is then 56.8% from year to year. This is a note.

    --set 'segment.app.growth_now={ value = 0.45, basis = "annual" }'

To fix it: give the basis with the number, or write the continuous rate, ln(1 + growth)."#;
    // ---- Names and references
    CellError = "S131", "a cell without a usable value", r#"A formula of the sheet Inputs ended in an error such as #REF! or #DIV/0!, or the file holds no result for it: a program wrote the
formula and never calculated it.

To fix it: correct the formula, or open the file in a spreadsheet and save it, so that the result is stored, or type the number."#;
    CellFormula = "S132", "a formula in a cell", r#"A cell of the sheet Inputs holds a formula. capstake does not calculate formulas: it uses the result that was stored
with the formula. This is a warning.

To fix it: nothing, if the result is the number that you mean; otherwise type the number."#;
    CellsMerged = "S133", "merged cells", r#"Cells of the sheet Inputs were merged. Only the first of them keeps its value, so it is unclear which value belongs to which key.

To fix it: unmerge them and write each value into its own cell."#;
    RowHidden = "S134", "a changed number in a hidden row or column", r#"A row or a column of the sheet Inputs is hidden, filtered out, or without any height or width, and a cell in it was changed. It counts
like any other. This is a warning, since nobody who looks at the sheet sees it.

To fix it: show the row or column, and look whether the change is meant."#;
    SheetRow = "S135", "a row of the sheet Inputs that is missing, there twice, or says what cannot count", r#"Every key of the scenario has its row on the sheet Inputs. A row was deleted, or a key stands in two rows, or the header of a table was
changed, or a cell was filled or changed that counts for nothing there. Nothing that somebody typed is dropped silently.

To fix it: bring the row back from the original workbook, or empty the cell. To take a key out of the scenario, choose `none` as its
kind; entries of lists are taken out by emptying their rows."#;
    WorkbookCsv = "S136", "a CSV file that has changed since the workbook was made", r#"The workbook was made from a scenario that reads a CSV file (`dist = "empirical"`). The file is looked for beside the workbook, then
where it stood; the file that was found differs from the one read then. capstake reads it as it is now. This is a warning.

To fix it: nothing, if the new file is meant; otherwise put the former file beside the workbook."#;
    WorkbookEdited = "S137", "values that were changed in a workbook", r#"The sheet Inputs has other values than capstake wrote there: these are what was changed since, each with its value now and what it was.
This is a note, so that you see that your changes count.

    capstake diff results.xlsx changed.xlsx      all of them

To fix it: nothing, if the changes are meant."#;
    DuplicateName = "S201", "a name given twice", r#"Two entries of a list have the same name. Names are parts of key paths, so that one path would mean two things.

To fix it: give one of them another name."#;
    BadName = "S202", "a name in the wrong form", r#"Names become parts of key paths and of file names. They have 1 to 64 small letters, digits, hyphens and underscores, and begin
with a letter or digit.

    name = "Amended 2026"       write "amended-2026"

To fix it: choose a name of that form. The name of a scenario without `name` is that of its file, by the same rule."#;
    UnknownCloud = "S203", "a cloud that does not exist", r#"A contract names a cloud that no `[[cloud]]` has.

To fix it: correct the name, or add the cloud."#;
    UnknownSegment = "S204", "a segment that does not exist", r#"A shock's `loading` names something that is neither a segment nor `equity.multiple`, or a correlation names the factor of a
segment that is not there.

To fix it: correct the name, or add the segment."#;
    UnknownSource = "S205", "a source that does not exist", r#"A number's `source` is the `key` of an entry of `[[source]]`; there is no such entry.

    rate = { value = 0.20, source = "cnbc" }
    [[source]]
    key = "cnbc-20"

To fix it: correct the key, or add the source with its title."#;
    UnknownSameAs = "S206", "`same_as` names a key that is not a number here", r#"`same_as` is the full dotted key of another number of the scenario, which must be there.

    draw = { same_as = "contract.azure-a.draw" }

To fix it: correct the key. `capstake check SCENARIO` lists the keys of all numbers."#;
    UnknownInput = "S207", "a correlation of an input that does not exist", r#"A correlation names two numbers by their full dotted keys, or two factors such as `factor.segment.business.level`. One of the
two does not exist. `termination.time` is the moment of a deal's termination.

To fix it: correct the key. `capstake check SCENARIO` lists the keys of all numbers; where a name begins with `factor.`, the
message lists the factors."#;
    SameAsCycle = "S208", "`same_as` goes in a circle", r#"A number is the same draw as another, which is the same draw as the first: nothing is left to draw.

To fix it: give one of them a value or a distribution."#;
    NoSegment = "S209", "no segment", r#"A scenario needs at least one `[[segment]]`: a line of business with revenue.

To fix it: add one, with `name`, `process` and the keys of that process."#;
    NoDeal = "S210", "no deal", r#"A scenario needs at least one `[[deal]]`. A company without a revenue share is a deal with `rate = 0`.

To fix it: add one, with `name` and `rate`."#;
    HomeCloudMissing = "S211", "no home cloud", r#"There are clouds, and none of them is the home cloud. Which one is Microsoft's decides what resale, hosting and exclusivity
mean.

To fix it: write `home = true` in one `[[cloud]]`."#;
    HomeCloudSeveral = "S212", "several home clouds", r#"More than one cloud says `home = true`.

To fix it: leave it with one."#;
    DuplicateDate = "S213", "a date given twice", r#"Two entries of a list have the same date, so that it is unclear which of them applies.

To fix it: remove one, or correct its date."#;
    MisreadName = "S214", "a name that other programs take for something else", r#"Names become labels in the tables of results. A spreadsheet turns some of them into numbers or dates when it opens a CSV file
(`1e5` into 100000, `may-2026` into a date, `0123` into 123), and a data frame takes others for missing values (`nan`,
`none`), so that rows cannot be found by their name. This is a warning.

    [[deal]]
    name = "2025"               write "deal-2025"

To fix it: begin the name with a word."#;
    UnknownDeal = "S215", "a deal that does not exist", r#"`like` names the deal from which a deal takes the terms that it does not set. There is no deal of that name.

    [[deal]]
    name = "cap-60"
    like = "amended-2026"
    cap_usd_bn = 60

To fix it: use the name of another [[deal]]."#;
    LikeCycle = "S216", "`like` goes in a circle", r#"A deal is like another, which is like the first: neither has terms that the other could take.

To fix it: write the terms of one of them, and leave `like` out of it."#;
    ExtendsCycle = "S217", "scenarios extend one another without end", r#"A scenario extends a file that extends it in turn, or more than eight files extend one another. One of them must be a whole
scenario.

To fix it: take `extends` out of one of them and write its keys there."#;
    RemoveUnknown = "S218", "`remove` names something that is not there", r#"`remove` takes keys, tables and entries of lists out of the scenario that a file extends. Each must be in that scenario, so
that a misspelt key cannot silently leave something in place.

    remove = ["deal.prior-2025", "deal.x.cap_usd_bn", "ipo.gate"]

To fix it: correct the key; entries of lists go by name or date, as in --set."#;
    PartyName = "S219", "not a name for the company or its partner", r#"`[names]` says what the company and its partner are called in the sentences, labels and charts of results. A name is one line
of 1 to 40 characters with a letter or a digit among them; control characters and marks of writing direction would change the
sentences around it. The two names differ. A name that is left out is OpenAI or Microsoft.

    [names]
    company = ""                write "Acme Robotics", or leave the key out
    partner = "Acme Robotics"   the company's name: a reader could not tell who gets what

To fix it: write the name that readers know the company or its partner by, in its short form."#;
    // ---- Numbers and distributions
    OutsideDomain = "S301", "a value outside its domain", r#"Every key has a range outside which its value means nothing: a share of a whole lies within 0 and 1, a half-life is above 0, a
discount rate above -1.

    stake = 24                  a fraction: 0.24
    tax_rate = 21               a fraction: 0.21

To fix it: look at the unit first; percentages are written as fractions of 1. `capstake explain KEY` gives the range."#;
    NotFinite = "S302", "not a finite number", r#"`nan` is never a value, and `inf` is one only where it means something: a half-life of `inf` means that nothing reverts.

    cap_usd_bn = inf            for no cap leave the key out

To fix it: give a finite number, or leave a key out whose absence means what you want."#;
    DistributionParameter = "S303", "a distribution's parameter is not possible", r#"The parameters do not describe a distribution of this family: a mode outside low and high, a standard deviation that is not
above 0, weights that are negative or sum to 0.

    { dist = "triangular", low = 0.0, mode = 0.5, high = 0.25 }
    { dist = "normal", mean = 0.4, sd = 0 }       a number that is certain is written alone: 0.4

To fix it: correct the parameter. `capstake explain triangular` says what must hold."#;
    DistributionParameterMissing = "S304", "a distribution's parameter is missing", r#"The family needs a parameter that is not there.

    { dist = "pert", low = 1, high = 5 }       mode is missing

To fix it: add it. `capstake explain pert` lists the parameters."#;
    DistributionParameterForeign = "S305", "a parameter of another distribution", r#"The parameter belongs to another family, or stands beside a plain `value`. It would have no effect.

    { dist = "normal", mean = 4, sigma = 0.5 }                    normal takes sd, lognormal takes sigma
    { dist = "quantiles", p10 = 1, p50 = 2, p95 = 5 }             p10 goes with p90, p05 with p95
    { dist = "lognormal", median = 30, sd = 12 }                  median goes with sigma, mean with sd

To fix it: remove it or rename it."#;
    QuantilesInfeasible = "S306", "three quantiles that no distribution of the family has", r#"`quantiles` runs a smooth curve through three quantiles (a three-term metalog, Keelin 2016). It exists only if the median is not
too close to one of the others: (p50 - p10)/(p90 - p10) must lie in 0.1666 to 0.8334, after the logarithm or logit that bounds
bring; for p05 and p95 in 0.1249 to 0.8751, for p01 and p99 in 0.0916 to 0.9084, for p25 and p75 in 0.2916 to 0.7084.

    { dist = "quantiles", p10 = 1, p50 = 1.1, p90 = 5 }

To fix it: move p50 into the range that the message gives, set or change a bound, or use another family."#;
    LeavesDomain = "S307", "a distribution that leaves its key's domain", r#"Part of the distribution lies where its key has no meaning, and that part is more than one in a billion: a share above 1, a
negative volatility. Clipping it silently would move the mean.

    { dist = "quantiles", p10 = 0.93, p50 = 0.98, p90 = 0.995, upper = 1.0 }     a tail far below 0
    { dist = "normal", mean = 0.4, sd = 0.3, basis = "annual" }                  growth of less than -100% in a year

To fix it: set the bounds proposed (`lower`, `upper` of quantiles), or `min` and `max`, which restrict the distribution to an interval."#;
    TruncationEmpty = "S308", "nothing of the distribution lies between `min` and `max`", r#"`min` and `max` condition a distribution on an interval. Here nothing, or next to nothing, of it lies there, or `min` is above
`max`.

To fix it: widen the interval or move the distribution."#;
    NumberEmpty = "S309", "a number without `value`, `dist` or `same_as`", r#"The table form of a number has a `value`, a `dist` with its parameters, or `same_as`. This one has none of them.

    rate = { source = "cnbc-20" }

To fix it: add `value = …`."#;
    CsvMissing = "S311", "the CSV file of an empirical input cannot be read", r#"The CSV file of an `empirical` input does not exist or cannot be read. Its path is relative to the folder of the scenario, not
to the folder you are in.

To fix it: correct the path, or move the file."#;
    CsvColumn = "S312", "the CSV file has no such column, or several", r#"The first row of the CSV file holds the names of its columns, and `column` is not among them, or more than one column has that
name.

To fix it: use one of the names listed, or give each column its own name."#;
    CsvCell = "S313", "a cell of the CSV file is not a finite number", r#"Every cell of the column must be a finite number with a decimal point, or with a decimal comma under `dialect = "excel-eu"`.
Empty cells, words and `nan` are not skipped: a gap in the data is yours to judge.

To fix it: correct or remove the row that the message names."#;
    CsvTooLarge = "S314", "the CSV file is too large", r#"The CSV file of an `empirical` input has more than 64 MiB.

To fix it: thin it out. Some ten thousand values describe a distribution."#;
    CsvLayout = "S315", "the CSV file is not laid out as the scenario says", r#"The file is read, and it is not a table in UTF-8 with a header and as many cells in every row: it has another encoding or
other separators, a quote that never closes, rows of different lengths. Nothing is guessed or skipped, since a row lost in
silence would change the distribution.

    { dist = "empirical", csv = "growth.csv", column = "growth" }                           commas, decimal points
    { dist = "empirical", csv = "growth.csv", column = "growth", dialect = "excel-eu" }     semicolons, decimal commas

To fix it: correct the line that the message names, or save the table as CSV UTF-8 in the spreadsheet."#;
    UnusualNumber = "S321", "a number outside its usual range", r#"The number is possible, and far from what companies have: most likely it is in another unit than that of its key. A distribution
is judged by the values that one path in a hundred lies below and above. This is a warning, and the scenario runs.

    [discount]
    equity = 14                 1,400% a year; a percentage is written as a fraction of 1: 0.14
    [cash]
    now_usd_bn = 78000          $78 trillion; amounts are in billions: 78
    [equity]
    lockup_months = 180         15 years; months, not days: 6
    [timeline]
    horizon = 2126-12-31        100 years after the valuation date

To fix it: write what the message proposes. `capstake explain KEY` gives the unit and the usual range of a key."#;
    // ---- Dependence
    PairWithConstant = "S401", "a correlation with a constant", r#"The correlation has no effect: one of the two is a constant in this scenario. This is a warning, since a distribution is often
replaced by a number for one run.

To fix it: do nothing, or give the number a distribution, or remove the pair."#;
    PairOfInputAndFactor = "S402", "a correlation of an input and a factor", r#"Inputs are drawn once per path, factors in every period. A correlation between the two is not defined.

    between = ["segment.api.growth_now", "factor.equity.multiple"]

To fix it: pair inputs with inputs and factors with factors."#;
    CorrelationRange = "S403", "a correlation outside -1 to 1", r#"A correlation lies strictly between -1 and 1. Two numbers that are one and the same draw are written with `same_as`.

To fix it: correct the value; for 1 write `{ same_as = "KEY" }` at one of the two."#;
    DuplicatePair = "S404", "a pair given twice", r#"The same two names appear in two entries of `[[correlation]]`, in this or the other order.

To fix it: remove one of them."#;
    NotPositiveDefinite = "S405", "correlations that do not fit together", r#"Three or more correlations contradict each other: if a goes with b and b with c, a cannot go against c as strongly as stated.
The matrix of correlations has an eigenvalue that is not above 0. The message ranks the pairs by their part in it. Pairs that
are not named count as 0, which is a statement too.

To fix it: weaken the pairs at the top of the list, or name the pairs between their members that are missing; or ask for the
repair that the message proposes (`[run] correlation_repair`), and read what it changed in correlations.csv."#;
    PairWithItself = "S406", "a correlation of something with itself", r#"Both names of the pair are the same, or mean the same draw by way of `same_as`.

To fix it: remove the pair."#;
    RepairFailed = "S407", "the correlations cannot be repaired as asked", r#"The repair that `[run] correlation_repair` asks for did not give a matrix of correlations. With `complete`, the named pairs
contradict each other, and no choice of the others helps.

To fix it: weaken the pairs that the message names, or use `nearest`, which may change named pairs."#;
    // ---- Time
    EndBeforeStart = "S501", "an end before its start", r#"Something ends before it starts. End dates are included, so that the same day twice is one day long.

    valuation_date = 2030-01-01
    horizon = 2026-12-31

Years have 360 days here, in which the 30th and the 31st of a month are one day: a window from the 30th ends on the 31st at the
earliest.

To fix it: swap the dates, or write the end that the message gives."#;
    OffTimeline = "S502", "a date off the timeline", r#"The date lies before the valuation date or after the horizon, where it does not do what it says: a revenue share that begins
after the horizon pays nothing, and one that ends after it is counted to the horizon only. A plan whose points do not reach
from the valuation date to the horizon is extended along its slopes. The message says what follows. This is a warning, except
for annual totals of years that are not simulated.

    horizon = 2030-12-31
    share_ends = 2032-12-31     payments of 2031 and 2032 are not counted

To fix it: correct the date, or move the timeline."#;
    RoundOffTimeline = "S503", "a round off the timeline", r#"The round's date is not within the timeline, so that it never takes place. What was raised before the valuation date belongs
in `[cash] now_usd_bn` and in the stakes.

To fix it: correct the date, or remove the round."#;
    TimelineTooLong = "S504", "too many periods", r#"From valuation date to horizon there are more periods than are simulated.

To fix it: shorten the timeline, or use longer periods."#;
    HistoryOverlap = "S506", "history periods that overlap", r#"Two periods of the history have days in common, so that their revenue would count twice.

To fix it: correct their dates; `to` is included, and the next period begins the day after."#;
    HistoryAfterStart = "S507", "history after the valuation date", r#"The history ends after the valuation date, from which on revenue is simulated.

To fix it: end it the day before the valuation date, or move that date."#;
    DateMoved = "S508", "a valuation date moved without its values", r#"`--set`, or a file that extends another, moves the valuation date, and values of the former date stay: today's revenue,
growth, cash, shares and stakes. They now count as those of the new date: the company is as large on the new date as it was on
the old one, and everything that depends on its growth comes later. This is a warning.

To fix it: set the values of the new date as well, and add the time between to the history."#;
    EndMoved = "S509", "an end in years that moves with the valuation date", r#"A number of years counts from the valuation date. `--set`, or a file that extends another, moves that date, and the end moves
with it, unlike an end given as a date. This is a warning.

To fix it: give the end as a date, or the number of years from the new date."#;
    HistoryGap = "S511", "a gap in the history", r#"Some days of the two years before the valuation date belong to no row of `[[history.period]]`. Figures of the last year (revenue,
cash flow, EBITDA, growth) are then made from the days that are there, scaled up to a year, and a quarter of fast growth that is
missing makes them too low. This is a warning.

    [timeline]
    valuation_date = 2026-07-01
    [[history.period]]
    from = 2026-01-01
    to = 2026-03-31             nothing from April to June

To fix it: add the row that is missing. A row ends the day before the next one, or the valuation date, begins."#;
    // ---- What a scenario says
    DiscountMissing = "S601", "no discount rate", r#"The scenario has a stream of money without a discount rate. The rate counts as 0: payments far away are worth as much as those of
today. This is a warning.

To fix it: add the key to `[discount]`; write 0 to say that it is meant."#;
    CapAlreadyReached = "S602", "a cap that is reached before the start", r#"What has been paid already reaches the cap, at least in part of the distribution, so that nothing more is due from the start. This
is a warning.

To fix it: check `paid_to_date_usd_bn`, which counts toward the cap, not the year's payments."#;
    GateWithoutEquity = "S603", "an IPO without an equity value", r#"An IPO needs a value of the company: `[equity]`. Without it there is no listing.

To fix it: add `[equity]`, or remove `[ipo]`."#;
    HomeShareZero = "S604", "a home cloud without a share", r#"The shares of clouds are measured against the home cloud, whose share on the valuation date must be above 0.

To fix it: give it a share; 0.001 will do for a cloud that hardly sells."#;
    EquityFarFromRound = "S611", "an equity value far from the last round", r#"The value of the company that the scenario implies today is more than three times the price of its last round, or less than a
third of it. Investors have just agreed on that price, so that a number behind the value is probably wrong: the multiple, today's
rates of revenue, or the round. The round is the last one dated within a year of the valuation date. This is a warning.

    [equity]
    multiple_now = 3            equity is worth $122 billion today (median)
    [[round]]
    pre_money_usd_bn = 842.0

To fix it: compare `multiple_now` with the round's price over today's revenue. `capstake check` shows both values."#;
    DemandGrowth = "S612", "demand that grows implausibly", r#"With every number at its median, demand in a year is less than half of today's, or more than five times as much. This is a
warning.

    growth = 4.0                continuous growth: times 55 in a year, not 4%

To fix it: look at the growth rates. They are continuous and fractions of 1: growth of 50% a year is ln 1.5 = 0.405."#;
    NegativeMargin = "S613", "resale or hosting that loses money", r#"On average Microsoft loses money on every dollar that it resells or hosts. Of its sales of OpenAI's models it has
`resale_margin - (1 - home_keeps)`: the margin is on gross sales, before anything is passed to OpenAI. This is a warning.

    [microsoft]
    resale_margin = 0.10
    [[deal]]
    home_keeps = 0.80           20% is passed on, so that 10% is lost

To fix it: write the margin before what is passed on, here 0.30, or correct `home_keeps`."#;
    NeverReverts = "S614", "a long-run value that is never approached", r#"A number is to revert to a long-run value and has no half-life, so that it stays where it is: the default of half-lives is `inf`.
Growth of 40% a year then goes on to the horizon. This is a warning.

    growth_now = 0.40
    growth_long_run = 0.05      no effect without growth_half_life_years

To fix it: add the half-life: the years in which half of the distance to the long-run value is gone."#;
    TermsLeftOut = "S615", "a deal that leaves out terms which others set", r#"A deal without a term takes the term's default, which is seldom what is meant where another deal of the scenario sets it: without
`rate` nothing is paid, without `stake` the take is the share alone. A cap and an exclusivity are terms that a deal has or has
not; they are not asked for. This is a warning.

    [[deal]]
    name = "mine"
    cap_usd_bn = 60             rate, eligible, licence_ends, … take their defaults

To fix it: write the terms, if only with their defaults, or `like = "amended-2026"`."#;
    OutOfScale = "S616", "an amount out of scale with the company", r#"An amount is below 0.3% of today's annual revenue or above 300 times it (a value of the company: below 10%), and a factor of 1,000
would bring it into that range: most likely millions or trillions where billions belong, or the other way round. Or today's revenue is more than
ten times the annual rate of the last row of history, or less than a tenth of it. This is a warning, and the scenario runs.

    [[segment]]
    rate_now_usd_bn = 25.0
    [[deal]]
    cap_usd_bn = 0.038          $38 million; amounts are in billions: 38
    [cash]
    now_usd_bn = 0.07           $70 million: 70

To fix it: write what the message proposes, or leave a small amount that is meant."#;
    CloudSharesSum = "S617", "shares of clouds that do not add up to 1", r#"The shares of the clouds on the valuation date (`share_now`) add up to less than 0.98 or more than 1.02. They are taken in proportion,
so that none has the share that is written. `long_run_share` may add up to anything. This is a warning.

    [[cloud]]
    name = "azure"
    home = true
    share_now = 0.94
    [[cloud]]
    name = "aws"
    share_now = 0.50            azure sells 65%, aws 35%

To fix it: write shares of all cloud sales; that of the home cloud is what the others leave."#;
    // ---- Options of a run
    PathsOption = "S701", "a number of paths that cannot be run", r#"The number of paths is 0 or more than can be run. Standard errors need at least two.

To fix it: give a number such as 100000, 1e6 or 10M with -n, or a whole number in `[run] paths`."#;
    MixYear = "S703", "a mix year off the timeline", r#"The year for which the mix of clouds is reported is not within the timeline. Its metrics have no value. This is a warning.

To fix it: set `[run] mix_year` to a year of the timeline."#;
    MemoryNeeded = "S704", "more memory than is free", r#"The run as asked needs more memory than is free: of the machine, of the container or job that it runs in, or under `ulimit -v`. What it
needs does not grow with the paths, but with threads, deals, metrics and years.

To fix it: use fewer threads (-j), a nearer horizon, fewer deals, or a larger limit."#;
    DiskNeeded = "S705", "more disk than is free", r#"The files of the run as asked are larger than what is free where the results go. The draws of every path are by far the largest.

To fix it: name another disk with -o, fewer paths, or no --draws."#;
    Replicates = "S706", "a number of replicates that cannot be", r#"`[run] replicates` is how many times the Sobol points are randomised independently; errors are computed from the spread of the replicates.
The paths of a run are dealt out in blocks of 64, and a chunk of 64 blocks holds paths of every replicate, so it is a power of two from 8 to 64.

To fix it: 32 serves every purpose; 8 or 16 make each replicate larger and the errors less certain."#;
    Precision = "S707", "a precision that cannot be asked for, or was not reached", r#"`--precision` names a figure and the largest half-width of its 95% interval: [DEAL:]METRIC=0.5% of the figure, or =0.05 in its unit; a
quantile is [DEAL:]p95:METRIC. The run is judged after 4,096 paths, 8,192, 16,384, …, and stops when every figure is within its
tolerance and was within twice its tolerance at the level before. -n is the most that may be spent; if that is not enough, the
results are written anyway, the message says what was reached, and the exit code is 8. Where no path of the first level has a value
of a figure, no more are run.
`compare` and `sweep` judge a figure in every scenario and at every point; difference:METRIC is its paired difference from the first.
`bridge` takes METRIC for all clauses, CLAUSE:METRIC and total:METRIC, a percentage being one of the whole change; `ipo` takes ready, listed
and the figures of offer.csv; `solve --precision 0.5` is of the value found.

To fix it: give more paths with -n, a wider tolerance, or `--sampling sobol`, which reaches most means with a tenth of the paths."#;
    // ---- Questions
    VaryKey = "S711", "a key that does not vary", r#"`--vary` names a key that the scenario does not know, that is not part of what is simulated, or that takes one value only; or
the figure asked for is the same at all its values, so that there is nothing to solve.

    --vary deal.amended.cap_usd_bn=10:60:11        the deal is called amended-2026
    --vary deal.amended-2026.cap_usd_bn=38         one value

To fix it: name a key as `--set` does and give it two values or more. `capstake check SCENARIO` lists the keys of all numbers."#;
    VaryValue = "S712", "a value of `--vary` that the scenario cannot have", r#"At one of the values asked for the scenario has a problem; the message says at which, and what it is. Nothing was simulated:
a curve with a hole in it would hide the problem.

    --vary deal.amended-2026.rate=-0.1:0.3:5       a rate lies within 0 and 1

To fix it: leave that value out, or fix what it contradicts with --set."#;
    UnknownQuantity = "S713", "a deal or metric that does not exist", r#"`--metric` and `--target` take a metric, by itself or of a deal, or of the difference of two deals. There is no such deal or
metric in this scenario.

    --metric microsoft_take_pv
    --metric amended-2026.share_pv
    --metric 'prior-2025 - amended-2026.share_pv'

To fix it: use the name that the message proposes. `capstake explain METRIC` says what a metric is and what it needs."#;
    TargetForm = "S714", "a target that cannot be read", r#"`--target` says what a statistic of a metric is to be. Statistics are the mean, a quantile (p05, p50, p95, or q0.025 for any
other) and the probability that a metric is above or below a value or that a flag is 1.

    --target amended-2026.microsoft_take_pv.mean=340
    --target amended-2026.microsoft_take_pv.p05=100
    --target 'prior-2025 - amended-2026.microsoft_take_pv.mean=0'
    --target 'P(amended-2026.microsoft_take_pv > 500)=0.15'
    --target 'P(amended-2026.cap_hit)=0.9'

To fix it: write the target in one of these forms, in quotes."#;
    TargetImpossible = "S715", "a target outside any possible value", r#"No scenario reaches the target: a probability lies between 0 and 1, a fraction too, a payment is not negative, a time lies on the
timeline.

    --target 'P(amended-2026.cap_hit)=90'          in percent; write 0.9

To fix it: look at the unit. `capstake explain METRIC` gives it."#;
    NoRoot = "S716", "no value of the key reaches the target", r#"At both ends of the interval the figure lies on the same side of the target, and at the values tried between them too. The
message has the figures at both ends, with their errors, and the folder has all that was tried.

To fix it: widen the interval toward the end that is nearer to the target, or ask for a target between the two figures."#;
    StudyTooLarge = "S717", "a study that is too large", r#"The study as asked has more points than allowed, or would take longer than a month. The message says how long and how much disk.

To fix it: ask for fewer values, fewer paths (-n 100k gives curves that the eye cannot tell from better ones), or two sweeps."#;
    Incomparable = "S718", "scenarios that have nothing to compare", r#"`compare` puts the deals of the same name side by side, or the only deal of each scenario. These scenarios have no deal of
the same name.

To fix it: give the deals that belong together the same name."#;
    CorrelatedVariables = "S721", "Sobol indices of correlated variables", r#"Sobol indices take the variance apart into what each variable does by itself and with others. Where variables are correlated,
there is no such division: what belongs to one cannot be told from what it shares with the other, and the usual estimators
give numbers without meaning.

    capstake sensitivity base.toml --method sobol             growth of two segments is correlated
    capstake sensitivity base.toml --method shapley           shares the variance out fairly
    capstake sensitivity base.toml --method sobol --by kind   inputs and noise are independent

To fix it: use one of the two other commands, or take the correlations out of the scenario."#;
    QuantityUndefined = "S722", "a metric without a value on some paths", r#"Parts of a variance are taken from evaluations of the same path with some variables drawn again; each needs a value. A metric
that exists on some paths only (the time of an IPO, the time at which the cap is reached) has none on the others.

    capstake sensitivity base.toml --method shapley --metric ipo_time

To fix it: take a metric that exists on every path (`ipo`, `cap_hit`), or `--method plain`, which takes the paths on which there is a
value and says how many they are."#;
    NothingUncertain = "S723", "nothing is uncertain", r#"No number of the scenario has a distribution, and nothing moves along the path: all paths are the same, and nothing drives
anything.

To fix it: give a number a distribution, or a segment a volatility."#;
    NoListing = "S724", "a scenario without an IPO", r#"`capstake ipo` asks when the company is ready to be listed and on what terms. The scenario has no `[ipo]`, or no `[equity]`, without
which there is no value to offer at.

To fix it: add both tables. `capstake explain ipo` lists the keys; a table without gates is ready at once."#;
    // ---- Results folders
    FolderForeign = "S801", "the results folder holds something else", r#"The folder for the results is not empty and was not made by this program: it has no manifest. It is never touched, with or
without --force.

To fix it: name another folder with -o, or empty this one yourself."#;
    FolderOtherRun = "S802", "the results folder holds another run", r#"The folder named with -o holds the results of another scenario, seed, number of paths, part or version, which the message names; or a
run that was stopped, with more than a minute of work saved; or a workbook that a person has changed.

To fix it: name another folder with -o, replace the results with --force, or go on with the stopped run: --resume."#;
    FolderUnwritable = "S803", "the results folder cannot be written", r#"The folder for the results cannot be made or written: a permission is missing, the disk is full, or a file is in the way.

To fix it: name another folder with -o. Files of a run that stopped halfway are marked `partial` in the manifest. Where only the
workbook or the page is missing, the run is complete: `capstake report` makes them again."#;
    ResultsUnreadable = "S804", "results that cannot be read", r#"A command reads the folder of an earlier run: its `manifest.json` and the files that the manifest lists, each with its digest.
The folder or a file is missing, belongs to another version, or was changed since.

To fix it: name the folder of a finished run, or run the scenario again. Keep changed copies of results outside the folder."#;
    FolderBusy = "S805", "a results folder that is being written", r#"Another process of this program writes the folder. Two at once would leave a mixture of two runs. The lock is the system's and ends
with the process that holds it: a process that was killed leaves none.

To fix it: wait until the other has ended, or name another folder."#;
    StateUnusable = "S806", "a saved state that cannot be used", r#"The state of a run, `state.capstake`, is missing, or it is not exactly what was written: cut short, changed since, of a later
program, or no state at all. Nothing is guessed from what is left of it.

To fix it: bring back a copy, or run the scenario again. Without the file, `resume` begins from the first path."#;
    StateOfAnother = "S807", "a saved state of another run", r#"Paths can be added to those of the same scenario, seed and build of the program only; otherwise the result would be one that no
single run gives. The message shows what differs.

To fix it: use what the state was made with, or run the scenario again into another folder. Where only the revision of the program
differs and you know that its numbers do not, --force goes on."#;
    PartsDoNotFit = "S808", "parts that do not make a run", r#"The parts of a run (`run --shard`) must be of one run, and every path must be in exactly one of them.

To fix it: run the shards that are missing; name each part once. With --partial the paths that are there are put together, and the
result is marked partial."#;
    ResultsDiffer = "S809", "results that a new run does not reproduce", r#"`verify` simulated the run again, and a file in the folder differs from what came out. The message names the first number that differs.

To fix it: see whether the file was edited (its digest is in the manifest). If it was not, and version, revision and stream version
are the same, please report it."#;
    // ---- Runs
    PathNotFinite = "S901", "a path that is not finite", r#"On at least one path a figure became infinite or not a number. Such paths are never dropped: the run fails and names the first
of them, which can be replayed alone.

To fix it: look for an extreme input on that path: a growth far from reason, a distribution without bounds. If none is extreme,
please report it."#;
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn ids_are_unique_ascend_and_lead_back_to_their_code() {
        for pair in Code::all().windows(2) {
            assert!(pair[0].id() < pair[1].id(), "{} {}", pair[0], pair[1]);
        }
        for code in Code::all() {
            assert_eq!(Code::from_id(&code.id().to_lowercase()), Some(*code));
            assert!(!code.title().is_empty() && !code.title().ends_with('.'));
        }
        assert_eq!(Code::from_id("S000"), None);
    }

    #[test]
    fn every_long_text_says_how_to_mend_it() {
        for code in Code::all() {
            assert!(code.explain().contains("To fix it:"), "{code}");
        }
    }
}
