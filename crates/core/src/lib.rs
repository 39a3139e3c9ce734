//! The vocabulary of Viva and the ports its parts meet at.
//!
//! Everything here is plain data and traits: no I/O, no clock, no randomness, no wire format. Domain
//! types derive no `Serialize`; each boundary (HTTP, Qdrant payload, files) has one mirror type of its
//! own, converted by exhaustive destructuring, so that a new field breaks the build where it must be
//! thought about.
//!
//! | module | what it holds |
//! |---|---|
//! | [`guide`] | the guide: modules, questions, sections, key points |
//! | [`id`] | validated identifiers and digests |
//! | [`chunk`] | what is embedded and indexed |
//! | [`vector`] | dense and sparse vectors |
//! | [`search`] | a query to the index and its hits |
//! | [`manifest`] | what an index was made from |
//! | [`turn`] | a user's message, and the events and answer it leads to |
//! | [`conversation`] | conversations and their turns, as they are kept |
//! | [`chat`] | what a chat model is sent, and what it sends back |
//! | [`examination`] | interviews, grades and the review schedule, as they are kept |
//! | [`ports`] | the traits that adapters implement |

pub mod chat;
pub mod chunk;
pub mod conversation;
pub mod examination;
pub mod guide;
pub mod id;
pub mod manifest;
pub mod ports;
pub mod search;
pub mod turn;
pub mod vector;
