//! Closed lists of words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use viva_core::guide::{Level, QuestionKind, SectionKind, Weight};
use viva_core::turn::{DegradedReason, Depth, Mode};
use viva_interview::grade::Verdict;
use viva_interview::machine::Closing;
use viva_interview::plan::InterviewMode;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident of $of:ident in $case:tt: $($variant:ident),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = $case)]
        pub(crate) enum $name { $($variant),+ }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                match value { $($of::$variant => Self::$variant),+ }
            }
        }
    )+};
}

names! {
    /// How much of the guide's answer is given.
    DepthName of Depth in "snake_case": Brief, Standard, Deep;
    /// How an answer was made: from the guide's own text, or by a language model.
    ModeName of Mode in "snake_case": Extractive, Generated;
    /// Why an answer was not made as configured.
    DegradedName of DegradedReason in "snake_case":
        ModelUnavailable, ModelTimeout, ModelRateLimited, ModelRejected, Budget;
    /// One part of a question's answer.
    SectionName of SectionKind in "kebab-case":
        ShortAnswer, Explanation, Example, Pitfalls, Deeper, FollowUp, Text;
    /// Seniority that a question belongs to.
    LevelName of Level in "snake_case": Junior, Mid, Senior, Principal;
    /// How much a key point counts.
    WeightName of Weight in "snake_case": Essential, Expected, Bonus;
    /// A structured entry of the guide, or a plain document.
    KindName of QuestionKind in "snake_case": Structured, Plain;
    /// What an answer says about a key point.
    VerdictName of Verdict in "snake_case": Covered, Partial, Missing, Contradicted;
    /// Whether the examiner coaches.
    InterviewModeName of InterviewMode in "snake_case": Practice, Live;
    /// How a question was closed early.
    ClosingName of Closing in "snake_case": Skipped, Revealed;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_cores_words() {
        #[track_caller]
        fn check(name: impl Serialize, word: &str) {
            assert_eq!(serde_json::to_value(name).unwrap(), word);
        }
        for d in Depth::ALL {
            check(DepthName::from(d), d.as_str());
        }
        for s in SectionKind::ALL {
            check(SectionName::from(s), s.as_str());
        }
        for l in Level::ALL {
            check(LevelName::from(l), l.as_str());
        }
        for w in Weight::ALL {
            check(WeightName::from(w), w.as_str());
        }
        for v in Verdict::ALL {
            check(VerdictName::from(v), v.as_str());
        }
        for m in [InterviewMode::Practice, InterviewMode::Live] {
            check(InterviewModeName::from(m), m.as_str());
        }
        for m in [Mode::Extractive, Mode::Generated] {
            check(ModeName::from(m), m.as_str());
        }
        check(
            DegradedName::from(DegradedReason::ModelRateLimited),
            DegradedReason::ModelRateLimited.as_str(),
        );
        check(DegradedName::from(DegradedReason::Budget), DegradedReason::Budget.as_str());
    }
}
