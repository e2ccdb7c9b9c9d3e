//! The codes of problems: stable ids, one-line titles, and the long texts behind `explain`.

/// Declares [`Code`] from a list of id, title and long text.
macro_rules! codes {
    ($( $Code:ident = $id:literal, $title:literal, $text:literal; )+) => {
        /// A kind of problem. Ids are stable: one that goes is not used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( #[doc = $title] $Code, )+ }

        impl Code {
            /// `S101`.
            pub const fn id(self) -> &'static str {
                match self { $( Code::$Code => $id, )+ }
            }

            /// What kind of problem, in one line.
            pub const fn title(self) -> &'static str {
                match self { $( Code::$Code => $title, )+ }
            }

            /// What it means, an example, and how to mend it.
            pub const fn explain(self) -> &'static str {
                match self { $( Code::$Code => $text, )+ }
            }

            /// All codes in order of their ids.
            pub const fn all() -> &'static [Code] {
                &[ $( Code::$Code, )+ ]
            }
        }
    };
}

impl Code {
    /// The code of an id, in capitals or not.
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
    FileUnreadable = "S001", "the scenario file cannot be read", r#""#;
    FileEmpty = "S002", "the scenario file is empty", r#""#;
    FileNotText = "S003", "the scenario file is not text", r#""#;
    FileTooLarge = "S004", "the scenario file is too large", r#""#;
    Syntax = "S005", "the scenario is not valid TOML", r#""#;
    // ---- Spelling and types
    UnknownKey = "S101", "unknown key", r#""#;
    WrongType = "S102", "a value of the wrong type", r#""#;
    UnknownWord = "S103", "a word that the key does not know", r#""#;
    NotWholeNumber = "S104", "not a whole number of 0 or more", r#""#;
    NotAYear = "S105", "not a calendar year", r#""#;
    // ---- Flags that set keys
    SetForm = "S111", "`--set` without `KEY=VALUE`", r#""#;
    SetValue = "S112", "the value of `--set` is not TOML", r#""#;
    SetEntry = "S113", "`--set` names an entry that the scenario does not have", r#""#;
    SetPath = "S114", "`--set` cannot go into that key", r#""#;
    // ---- Keys
    KeyMissing = "S121", "a required key is missing", r#""#;
    KeysExclusive = "S122", "two keys that exclude each other", r#""#;
    KeyNeither = "S123", "none of two keys of which one is required", r#""#;
    KeyWithoutEffect = "S124", "a key without effect", r#""#;
    TableMissing = "S125", "a required table is missing", r#""#;
    // ---- Names and references
    DuplicateName = "S201", "a name given twice", r#""#;
    BadName = "S202", "not a name", r#""#;
    UnknownCloud = "S203", "a cloud that does not exist", r#""#;
    UnknownSegment = "S204", "a segment that does not exist", r#""#;
    UnknownSource = "S205", "a source that does not exist", r#""#;
    UnknownSameAs = "S206", "`same_as` names a key that is not a number here", r#""#;
    UnknownInput = "S207", "a correlation of an input that does not exist", r#""#;
    SameAsCycle = "S208", "`same_as` goes in a circle", r#""#;
    NoSegment = "S209", "no segment", r#""#;
    NoDeal = "S210", "no deal", r#""#;
    HomeCloudMissing = "S211", "no home cloud", r#""#;
    HomeCloudSeveral = "S212", "several home clouds", r#""#;
    DuplicateDate = "S213", "a date given twice", r#""#;
    // ---- Numbers and distributions
    OutsideDomain = "S301", "a value outside its domain", r#""#;
    NotFinite = "S302", "not a finite number", r#""#;
    DistributionParameter = "S303", "a distribution's parameter is not possible", r#""#;
    DistributionParameterMissing = "S304", "a distribution's parameter is missing", r#""#;
    DistributionParameterForeign = "S305", "a parameter of another distribution", r#""#;
    QuantilesInfeasible = "S306", "three quantiles that no distribution of the family has", r#""#;
    LeavesDomain = "S307", "a distribution that leaves its key's domain", r#""#;
    TruncationEmpty = "S308", "nothing of the distribution lies between `min` and `max`", r#""#;
    NumberEmpty = "S309", "a number without `value`, `dist` or `same_as`", r#""#;
    CsvMissing = "S311", "the CSV file of an empirical input cannot be read", r#""#;
    CsvColumn = "S312", "the CSV file has no such column", r#""#;
    CsvCell = "S313", "a cell of the CSV file is not a finite number", r#""#;
    CsvTooLarge = "S314", "the CSV file is too large", r#""#;
    // ---- Dependence
    PairWithConstant = "S401", "a correlation with a constant", r#""#;
    PairOfInputAndFactor = "S402", "a correlation of an input and a factor", r#""#;
    CorrelationRange = "S403", "a correlation outside -1 to 1", r#""#;
    DuplicatePair = "S404", "a pair given twice", r#""#;
    NotPositiveDefinite = "S405", "correlations that do not fit together", r#""#;
    PairWithItself = "S406", "a correlation of something with itself", r#""#;
    RepairFailed = "S407", "the correlations cannot be repaired as asked", r#""#;
    // ---- Time
    EndBeforeStart = "S501", "an end before its start", r#""#;
    OffTimeline = "S502", "a date off the timeline", r#""#;
    RoundOffTimeline = "S503", "a round off the timeline", r#""#;
    TimelineTooLong = "S504", "too many periods", r#""#;
    DatesNotAscending = "S505", "dates that do not ascend", r#""#;
    HistoryOverlap = "S506", "history periods that overlap", r#""#;
    HistoryAfterStart = "S507", "history after the valuation date", r#""#;
    // ---- What a scenario says
    DiscountMissing = "S601", "no discount rate", r#""#;
    CapAlreadyReached = "S602", "a cap that is reached before the start", r#""#;
    GateWithoutEquity = "S603", "an IPO without an equity value", r#""#;
    HomeShareZero = "S604", "a home cloud without a share", r#""#;
    // ---- Options of a run
    PathsOption = "S701", "a number of paths that cannot be run", r#""#;
    SeedOption = "S702", "a seed that cannot be used", r#""#;
    MixYear = "S703", "a mix year off the timeline", r#""#;
    MemoryNeeded = "S704", "more memory than there is", r#""#;
    // ---- Results folders
    FolderForeign = "S801", "the results folder holds something else", r#""#;
    FolderOtherRun = "S802", "the results folder holds another run", r#""#;
    FolderUnwritable = "S803", "the results folder cannot be written", r#""#;
    // ---- Runs
    PathNotFinite = "S901", "a path that is not finite", r#""#;
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
            assert!(code.explain().contains("To mend it:"), "{code}");
        }
    }
}
