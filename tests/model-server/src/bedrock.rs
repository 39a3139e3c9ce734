//! Bedrock's Converse: `application/vnd.amazon.eventstream` frames, or one JSON document.
//!
//! Shapes: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>.

use crate::plan::{Completion, Fault, Finish};
use crate::wire::{Body, End, Step, pause};
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use serde_json::{Value, json};
use std::time::Duration;

const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

pub(crate) fn frames(completion: &Completion) -> Body {
    let mut steps = vec![event(Duration::ZERO, "messageStart", &json!({"role": "assistant"}))];
    for thought in &completion.thinking {
        let delta = json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": thought}}});
        steps.push(event(Duration::ZERO, "contentBlockDelta", &delta));
    }
    for (number, piece) in completion.pieces.iter().enumerate() {
        if let Some(end) = fault_at(completion, number, &mut steps) {
            return Body { content_type: CONTENT_TYPE, steps, end };
        }
        let delta = json!({"contentBlockIndex": 1, "delta": {"text": piece}});
        steps.push(event(pause(completion, number), "contentBlockDelta", &delta));
    }
    if let Some(end) = fault_at(completion, completion.pieces.len(), &mut steps) {
        return Body { content_type: CONTENT_TYPE, steps, end };
    }
    steps.push(event(completion.gap, "contentBlockStop", &json!({"contentBlockIndex": 1})));
    if let Some(reason) = stop_reason(completion) {
        steps.push(event(Duration::ZERO, "messageStop", &json!({ "stopReason": reason })));
    }
    if let Some(usage) = completion.usage {
        let metadata = json!({"usage": usage_of(usage), "metrics": {"latencyMs": 1}});
        steps.push(event(Duration::ZERO, "metadata", &metadata));
    }
    Body { content_type: CONTENT_TYPE, steps, end: End::Complete }
}

pub(crate) fn document(completion: &Completion) -> Body {
    let message = json!({"role": "assistant", "content": [{"text": completion.pieces.concat()}]});
    let reason = stop_reason(completion).unwrap_or("end_turn");
    let usage = usage_of(completion.usage.unwrap_or_default());
    let document = json!({"output": {"message": message}, "stopReason": reason, "usage": usage,
        "metrics": {"latencyMs": 1}});
    let step = Step { wait: completion.first_after, bytes: document.to_string().into_bytes() };
    Body { content_type: "application/json", steps: vec![step], end: End::Complete }
}

fn stop_reason(completion: &Completion) -> Option<&str> {
    match &completion.finish {
        Finish::Default => Some("end_turn"),
        Finish::Word(word) if word.is_empty() => None,
        Finish::Word(word) => Some(word),
    }
}

fn usage_of((input, output): (u64, u64)) -> Value {
    json!({"inputTokens": input, "outputTokens": output, "totalTokens": input + output})
}

fn fault_at(completion: &Completion, number: usize, steps: &mut Vec<Step>) -> Option<End> {
    let (_, fault) = completion.fault.as_ref().filter(|(after, _)| *after == number)?;
    let wait = pause(completion, number);
    match fault {
        Fault::Silence => Some(End::Silence),
        Fault::Close => Some(End::Complete),
        Fault::Drop => Some(End::Close),
        Fault::Reset => Some(End::Reset),
        Fault::Malformed => {
            // A prelude of 16 bytes whose checksum is wrong.
            steps.push(Step { wait, bytes: vec![0, 0, 0, 16, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8] });
            Some(End::Complete)
        }
        Fault::Exception { name, message } => {
            steps.push(frame(wait, "exception", "exception-type", name, &json!({ "message": message })));
            Some(End::Complete)
        }
        Fault::Error { message, .. } => {
            let payload = json!({ "message": message });
            steps.push(frame(wait, "exception", "exception-type", "internalServerException", &payload));
            Some(End::Complete)
        }
    }
}

fn event(wait: Duration, name: &str, payload: &Value) -> Step {
    frame(wait, "event", "event-type", name, payload)
}

fn frame(wait: Duration, message_type: &str, key: &str, name: &str, payload: &Value) -> Step {
    let header =
        |key: &str, value: &str| Header::new(format!(":{key}"), HeaderValue::String(value.to_owned().into()));
    let message = Message::new(payload.to_string())
        .add_header(header("message-type", message_type))
        .add_header(header(key, name))
        .add_header(header("content-type", "application/json"));
    let mut bytes = Vec::new();
    // Fails only above 16 MiB; an empty step then shows in the test as a frame that never came.
    if aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).is_err() {
        bytes.clear();
    }
    Step { wait, bytes }
}
