//! One turn: understand, retrieve, select, answer, cite.
//!
//! ```text
//! Ask -> Understood -> Retrieved -> [RankedQuestion] -> Selection { Evidence | NotCovered } -> AnswerEvent*
//! ```
//!
//! Each stage is a function from one type to the next and stands in a file of its own, so that it can be read,
//! tested and inspected alone. Nothing here does I/O: the encoder, the index, the clock and the ids are ports.
//! The extractive answerer is a producer of [`viva_core::turn::AnswerEvent`]s; nothing downstream knows that it
//! was not a language model that spoke.

mod assistant;
mod compare;
mod conversations;
pub mod coverage;
mod deeper;
mod evidence;
mod extractive;
mod find;
mod follow_up;
mod follow_ups;
mod generate;
mod history;
mod knowledge;
mod lexicon;
mod markdown;
mod meaning;
mod not_covered;
mod quote;
mod ranking;
mod retrieve;
mod search;
mod spelling;
mod turn;
mod understand;
mod words;

pub use assistant::{Assistant, GenerationOptions, Options, Parts};
pub use conversations::{Conversations, ConverseError, Message, Stay, TurnEvents};
pub use find::{Followed, Leans};
pub use follow_up::{Blend, Form, Signs};
pub use history::Past;
pub use ranking::{RankedQuestion, VIEWS, Weights};
pub use search::{FoundSection, SearchFailure, SearchOutcome, SearchRequest};
pub use turn::{TurnRequest, Wish, can_deepen};

#[cfg(test)]
mod fakes;
#[cfg(test)]
mod tests;
