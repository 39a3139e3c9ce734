//! The page's own stream: an answer as HTML blocks.
//!
//! The events are the contract between the service and `stream.js`. [`PageStream`] turns the assistant's events into
//! them; the service adds a sequence number to each and writes them as server-sent events.

use crate::markdown::Marker;
use crate::pages::{SourceView, source_block, understood_block};
use crate::stream::{BlockUpdate, StreamRenderer};
use serde_json::json;
use std::sync::Arc;
use viva_core::guide::Guide;
use viva_core::turn::AnswerEvent;

/// One event of the page's stream. `Done` or `Error` is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageEvent {
    /// First of all: which turn of which conversation this is.
    Meta {
        /// The turn's id.
        turn: String,
        /// The conversation's id.
        conversation: String,
        /// The turn's place in it, from 1.
        number: u32,
    },
    /// What is going on, for the status line.
    Status(String),
    /// The line "Understood as …", or nothing.
    Query(String),
    /// A change of the answer's blocks.
    Block(BlockUpdate),
    /// The first use of a marker: its item of the list of sources.
    Citation {
        /// The number.
        n: u16,
        /// An `<li>`.
        html: String,
    },
    /// The answer is complete.
    Done {
        /// What stands under the answer; takes the place of everything that stood there.
        html: String,
        /// What to announce: "Answer ready, 3 sources".
        status: String,
    },
    /// There is no answer, or only a part.
    Error {
        /// What stands under what was written.
        html: String,
        /// What to announce.
        status: String,
    },
}

impl PageEvent {
    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Meta { .. } => "meta",
            Self::Status(_) => "status",
            Self::Query(_) => "query",
            Self::Block(_) => "block",
            Self::Citation { .. } => "citation",
            Self::Done { .. } => "done",
            Self::Error { .. } => "error",
        }
    }

    /// The event's data: one line of JSON with its number `seq`.
    pub fn data(&self, seq: u64) -> String {
        let data = match self {
            Self::Meta { turn, conversation, number } => {
                json!({"seq": seq, "turn": turn, "conversation": conversation, "number": number})
            }
            Self::Status(text) => json!({"seq": seq, "text": text}),
            Self::Query(html) => json!({"seq": seq, "html": html}),
            Self::Block(BlockUpdate::Finished { index, html }) => {
                json!({"seq": seq, "index": index, "html": html, "open": false})
            }
            Self::Block(BlockUpdate::Open { index, html }) => {
                json!({"seq": seq, "index": index, "html": html, "open": true})
            }
            Self::Block(BlockUpdate::Grow { index, text }) => {
                json!({"seq": seq, "index": index, "append": text, "open": true})
            }
            Self::Citation { n, html } => json!({"seq": seq, "n": n, "html": html}),
            Self::Done { html, status } | Self::Error { html, status } => {
                json!({"seq": seq, "html": html, "status": status})
            }
        };
        data.to_string()
    }

    /// Whether nothing follows it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Error { .. })
    }
}

/// The assistant's events -> the page's.
#[derive(Debug)]
pub struct PageStream {
    guide: Arc<Guide>,
    number: u32,
    revision: String,
    renderer: StreamRenderer,
}

impl PageStream {
    /// For turn `number` of a conversation, answered from `guide`.
    pub fn new(guide: Arc<Guide>, number: u32) -> Self {
        Self { guide, number, revision: String::new(), renderer: StreamRenderer::new(Vec::new(), 3) }
    }

    /// What `event` means for the page. Text is only collected here: [`PageStream::tick`] sends it. Of the last event,
    /// only what was left to be sent is returned: the caller adds `Done` or `Error` with what it knows of the turn.
    pub fn on(&mut self, event: &AnswerEvent) -> Vec<PageEvent> {
        match event {
            AnswerEvent::Meta { id, conversation, revision, depth: _ } => {
                self.revision = revision.short();
                let conversation = conversation.clone().unwrap_or_default();
                vec![
                    PageEvent::Meta { turn: id.clone(), conversation, number: self.number },
                    PageEvent::Status("Searching the guide".to_owned()),
                ]
            }
            AnswerEvent::Query(query) => vec![PageEvent::Query(understood_block(query))],
            AnswerEvent::Sources(sources) => {
                self.renderer.cite(sources.iter().map(Marker::of_source).collect());
                vec![PageEvent::Status("Answering".to_owned())]
            }
            AnswerEvent::Delta(text) => {
                self.renderer.push(text);
                Vec::new()
            }
            AnswerEvent::Citation(citation) => {
                let source = SourceView::look_up(citation, &self.guide);
                vec![PageEvent::Citation { n: citation.n, html: source_block(&source, &self.revision) }]
            }
            AnswerEvent::Grounding(_) | AnswerEvent::FollowUps(_) => Vec::new(),
            AnswerEvent::Done(_) | AnswerEvent::Failed(_) => {
                self.renderer.finish().into_iter().map(PageEvent::Block).collect()
            }
        }
    }

    /// What changed in the text since the last call; to be called at most every 50 ms.
    pub fn tick(&mut self) -> Vec<PageEvent> {
        self.renderer.flush().into_iter().map(PageEvent::Block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_one_line_of_json() {
        let event = PageEvent::Block(BlockUpdate::Open { index: 3, html: "<p>a\nb</p>\u{2028}".to_owned() });
        let data = event.data(7);
        assert_eq!(data.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(read["seq"], 7);
        assert_eq!(read["open"], true);
        assert_eq!((event.name(), event.is_last()), ("block", false));
    }
}
