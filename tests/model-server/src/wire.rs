//! An answer as bytes and pauses.

use crate::answer::Answer;
use crate::plan::{Completion, Cuts, Plan};
use crate::request::{Api, Request};
use crate::{bedrock, openai};
use std::time::Duration;

/// A pause, then bytes of the body.
pub(crate) struct Step {
    pub(crate) wait: Duration,
    pub(crate) bytes: Vec<u8>,
}

/// What becomes of the connection after the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The body is complete; the next request may come.
    Complete,
    /// Nothing more comes until the client hangs up.
    Silence,
    /// Closed in the middle of the body.
    Close,
    /// Reset in the middle of the body.
    Reset,
}

/// The body of a completion.
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// A whole response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// In chunks, or of known length.
    pub(crate) chunked: bool,
    /// The head waits for the first step.
    pub(crate) late_head: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// Renders `answer` for `request`; `None` closes the connection without a byte.
pub(crate) fn render(answer: Answer, request: &Request) -> Option<Response> {
    match answer.plan {
        Plan::HangUp => None,
        Plan::Raw { status, headers, body, after } => {
            let steps = vec![Step { wait: after, bytes: body }];
            Some(Response { status, headers, chunked: false, late_head: true, steps, end: End::Complete })
        }
        Plan::Completion(completion) => Some(match request.api() {
            Some(Api::OpenAi) => streamed(openai::body(&completion, request), &completion),
            Some(Api::BedrockStream) => streamed(bedrock::frames(&completion), &completion),
            Some(Api::Bedrock) => streamed(bedrock::document(&completion), &completion),
            None => return render(Answer::openai_error(404, "not_found", "no such path"), request),
        }),
    }
}

fn streamed(body: Body, completion: &Completion) -> Response {
    let Body { content_type, mut steps, mut end } = body;
    if let Some(mut left) = completion.lost_after {
        for step in &mut steps {
            step.bytes.truncate(left);
            left -= step.bytes.len();
        }
        end = End::Close;
    }
    let steps = match &completion.cuts {
        None => steps,
        Some(cuts) => cut(steps, cuts),
    };
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    Response { status: 200, headers, chunked: true, late_head: completion.late_head, steps, end }
}

/// The same bytes in other packets; of the pauses only the first is kept.
fn cut(steps: Vec<Step>, cuts: &Cuts) -> Vec<Step> {
    let first_wait = steps.first().map_or(Duration::ZERO, |step| step.wait);
    let bytes: Vec<u8> = steps.into_iter().flat_map(|step| step.bytes).collect();
    let mut offsets: Vec<usize> = match cuts {
        Cuts::At(offsets) => offsets.clone(),
        Cuts::Every(size) => (0..bytes.len()).step_by(*size).collect(),
    };
    offsets.retain(|offset| (1..bytes.len()).contains(offset));
    offsets.sort_unstable();
    offsets.dedup();
    offsets.push(bytes.len());
    let mut from = 0;
    let mut packets = Vec::new();
    for to in offsets {
        let wait = if from == 0 { first_wait } else { Duration::ZERO };
        packets.push(Step { wait, bytes: bytes[from..to].to_vec() });
        from = to;
    }
    packets
}

/// The pauses before the pieces of a completion: the first is the time to the first token.
pub(crate) fn pause(completion: &Completion, piece: usize) -> Duration {
    if piece == 0 { completion.first_after } else { completion.gap }
}
