//! An answer as the knobs have set it.

use crate::answer::ErrorShape;
use std::time::Duration;

/// What goes wrong in a completion, and after how many pieces of text.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing more is sent; the connection stays open.
    Silence,
    /// The body ends as if all was said, without a finish reason.
    Close,
    /// The connection is closed in the middle of the body.
    Drop,
    /// The connection is reset (TCP RST).
    Reset,
    /// A piece that is not of the protocol; then the stream goes on.
    Malformed,
    /// An error in OpenAI's stream, after which the body ends.
    Error { shape: ErrorShape, message: String, code: Option<String> },
    /// An exception frame in Bedrock's stream.
    Exception { name: String, message: String },
}

/// How the completion ends.
#[derive(Debug, Clone)]
pub(crate) enum Finish {
    /// The API's own word for a full stop.
    Default,
    /// This word.
    Word(String),
}

/// How events are written down.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own that some server has")]
pub(crate) struct Spelling {
    pub(crate) line_end: &'static str,
    pub(crate) after_colon: &'static str,
    pub(crate) comments: bool,
    pub(crate) byte_order_mark: bool,
    pub(crate) many_lines: bool,
    pub(crate) done_marker: bool,
    pub(crate) last_newline: bool,
}

/// A model's text and how it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    pub(crate) pieces: Vec<String>,
    pub(crate) thinking: Vec<String>,
    pub(crate) finish: Finish,
    pub(crate) usage: Option<(u64, u64)>,
    pub(crate) fault: Option<(usize, Fault)>,
    pub(crate) first_after: Duration,
    pub(crate) gap: Duration,
    pub(crate) late_head: bool,
    pub(crate) whole_json: bool,
    pub(crate) cuts: Option<Cuts>,
    /// The connection is closed after so many bytes of the body.
    pub(crate) lost_after: Option<usize>,
    pub(crate) spelling: Spelling,
}

/// Where the bytes of a body are cut into packets.
#[derive(Debug, Clone)]
pub(crate) enum Cuts {
    At(Vec<usize>),
    Every(usize),
}

#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Completion(Box<Completion>),
    Raw {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        after: Duration,
    },
    /// The connection is closed without a byte.
    HangUp,
}
