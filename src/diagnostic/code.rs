//! The codes of diagnostics.
//!
//! A code is a promise: its number never changes its meaning and is never used again. The ranges: 00 files and keys,
//! 01 syntax, 02 names, 03 types, 04 histories, 05 cases, 06 warnings.

use super::Level;

macro_rules! codes {
    ($($variant:ident $number:literal $title:literal,)*) => {
        /// What kind of fault a diagnostic reports.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, in order of its number.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the number as it is printed, such as `E0203`.
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $number,)* }
            }

            /// Returns a few words that name the fault.
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

impl Code {
    /// Returns the level: numbers with `E` are errors, those with `W` are warnings.
    pub fn level(self) -> Level {
        if self.number().starts_with('W') { Level::Warning } else { Level::Error }
    }

    /// Returns the code with this number; case does not matter.
    pub fn parse(number: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.number().eq_ignore_ascii_case(number))
    }
}

codes! {
    UnreadableFile "E0001" "a file cannot be read",
    BrokenYaml "E0002" "the file is not valid YAML",
    DuplicateKey "E0003" "a key stands twice",
    UnknownKey "E0004" "a key that does not belong here",
    MissingKey "E0005" "a required key is missing",
    WrongKind "E0006" "a value of the wrong kind",
    OverLimit "E0007" "a file is over a limit",
    ValueNotAllowed "E0008" "a value that is not one of those allowed",
    NoRules "E0009" "no rules were found",
    DuplicateRule "E0010" "two rules have the same id",
    NotUtf8 "E0011" "a file is not UTF-8 text",
    MalformedId "E0012" "a malformed rule id",
    MalformedTechnique "E0013" "a malformed ATT&CK id",
    MalformedDate "E0014" "a malformed date",
    MalformedLimit "E0015" "a malformed limit",
    EmptyText "E0016" "an empty text where one is needed",
    UnexpectedText "E0101" "text that does not fit here",
    SingleEquals "E0102" "`=` instead of `==`",
    SymbolForWord "E0103" "a symbol or capitals instead of `and`, `or`, `not`, `in`",
    UnclosedText "E0104" "a text that is not closed",
    UnbalancedBracket "E0105" "a bracket that is not closed or not opened",
    BadEscape "E0106" "an escape that does not exist",
    NumberOutOfRange "E0107" "a number out of range",
    MalformedQuantity "E0108" "a malformed duration, distance or speed",
    ChainedComparison "E0109" "comparisons in a chain",
    NestedTooDeep "E0110" "an expression nested too deep",
    TooLong "E0111" "an expression that is too long",
    InvalidRegex "E0112" "an invalid regular expression",
    RegexTooBig "E0113" "a regular expression that is too big",
    WildcardInEquality "E0114" "wildcards with an operator that takes them literally",
    EmptyExpression "E0115" "an empty expression",
    TypographicQuotes "E0116" "typographic quotation marks",
    NullLiteral "E0117" "`null` in an expression",
    ForeignOperator "E0118" "an operator of another language",
    CommentInExpression "E0119" "a comment inside an expression",
    UnclosedTitleExpression "E0120" "an expression in a title that is not closed",
    UnknownEventType "E0201" "an event type that Okta's catalogue does not have",
    UnknownValue "E0202" "a value that the field never has",
    UnknownField "E0203" "an unknown field",
    UnknownFunction "E0204" "an unknown function",
    UnknownName "E0205" "an unknown name",
    UnknownSetting "E0206" "an unknown setting",
    PathThroughList "E0207" "a path through a list",
    CircularNames "E0208" "names that mean each other",
    NowOutsideHistory "E0209" "`now.` outside a history",
    ElementOutsideList "E0210" "a leading dot outside `any`, `all`, `none` and `filter`",
    NameTaken "E0211" "a name that is already taken",
    UnknownFixture "E0212" "an unknown fixture",
    UnknownAction "E0213" "an unknown action",
    UnknownZone "E0214" "an unknown time zone",
    UnknownStep "E0215" "an unknown step name",
    SidesDoNotFit "E0301" "two sides that cannot be compared",
    NotACondition "E0302" "a condition that is neither true nor false",
    ArgumentCount "E0303" "a wrong number of arguments",
    ArgumentType "E0304" "an argument of the wrong type",
    NotAnAddress "E0305" "a text that is no address or network",
    NotATime "E0306" "a text that is no time",
    WrongUnit "E0307" "a quantity with the wrong unit",
    MixedList "E0308" "a list that mixes types",
    HistoryAsValue "E0309" "a history used as a value",
    HistoryNeeded "E0310" "a history is needed",
    TextNeeded "E0311" "an operator that needs text",
    NumberNeeded "E0312" "an operator that needs numbers or times",
    ListNeeded "E0313" "an operator that needs a list",
    BadRange "E0314" "a range that cannot be",
    RecordCompared "E0315" "a comparison of records",
    WindowMissing "E0401" "a history without `within`",
    EmptyWindow "E0402" "a window of no length",
    TooFewSteps "E0403" "a sequence of fewer than two steps",
    AbsentEdgeStep "E0404" "a sequence that begins or ends with an absent step",
    BadKey "E0405" "a key that cannot group events",
    BadTimes "E0406" "a repetition out of range",
    CircularAlerts "E0407" "rules over alerts that form a circle",
    UnevenKeys "E0408" "steps whose keys do not match",
    BadPeriod "E0409" "`learning` or `each` that does not fit",
    BadOf "E0410" "`of` missing or out of place",
    StepOutsideSequence "E0411" "a step outside a sequence",
    EventOrLike "E0501" "a case's event that is neither a fixture nor an event",
    BadWith "E0502" "a malformed path under `with`",
    BadExpect "E0503" "a malformed expectation",
    BadRepeat "E0504" "a repetition out of range",
    BadCaseTime "E0505" "a malformed time in a case",
    BadSettingValue "E0506" "a setting's value of the wrong type",
    NeverHolds "W0601" "a condition that can never hold",
    AlwaysHolds "W0602" "a condition that always holds",
    UnknownDebugKey "W0603" "a debugData key that Okta's catalogue does not list",
    OneEngineOnly "W0604" "an event type that only one Okta engine writes",
    NeedsSystemLog "W0605" "event types that an Event Hook cannot deliver",
    UnboundedMemory "W0606" "a history without `within`",
    WindowOverRetention "W0607" "a window longer than Okta keeps its log",
    RegexIsPlain "W0608" "a regular expression that is a plain text",
    UnusedLet "W0609" "a `let` that nothing uses",
    NegationOverMissing "W0610" "a negation over a field that may be missing",
    CoveredByAnother "W0611" "a rule that another one covers",
    MissingCase "W0613" "a rule whose proof is one-sided",
    AmbiguousScalar "W0614" "a scalar that YAML reads as something else",
    FailureOnlyResponse "W0615" "a response to evidence that anyone can cause",
    EarlyEventType "W0616" "an event type that is not generally available",
    CaseSensitiveLogin "W0617" "a case-sensitive comparison that Okta's spelling defeats",
    BeyondLimit "W0618" "a count beyond what is kept",
    BracesInName "W0619" "an expression in a rule's own title",
    UnknownAlertRule "W0620" "alerts of a rule that there is not",
}
