//! Turns one turn's answer events into the page's, wherever in them the reading begins again.

use crate::metrics::Asked;
use std::collections::BTreeSet;
use std::sync::Arc;
use viva_core::conversation::{TurnOutcome, TurnRecord};
use viva_core::guide::Guide;
use viva_core::turn::{AnswerEvent, Citation, Source};
use viva_web::{PageEvent, PageStream};

/// The page's stream of one turn, and how far it has come.
pub(super) struct Reader {
    guide: Arc<Guide>,
    stream: PageStream,
    /// Answer events read.
    pub(super) at: usize,
    /// Bytes of text read.
    said: usize,
    has_meta: bool,
    has_sources: bool,
    cited: BTreeSet<u16>,
    /// Whoever asked for the answer; absent where it was asked for elsewhere, or told again.
    asked: Option<Asked>,
}

impl Reader {
    pub(super) fn new(guide: Arc<Guide>, number: u32, asked: Option<Asked>) -> Self {
        let stream = PageStream::new(Arc::clone(&guide), number);
        Self {
            guide,
            stream,
            at: 0,
            said: 0,
            has_meta: false,
            has_sources: false,
            cited: BTreeSet::new(),
            asked,
        }
    }

    /// Counts what `event` ends.
    pub(super) fn count(&mut self, event: &AnswerEvent) {
        if let Some(asked) = &mut self.asked {
            asked.see(event);
        }
    }

    /// What the event means for the page; not for the last one.
    pub(super) fn read(&mut self, number: usize, event: &AnswerEvent) -> Vec<PageEvent> {
        self.at = number;
        self.on(event)
    }

    /// What has changed in the text since the last look.
    pub(super) fn tick(&mut self) -> Vec<PageEvent> {
        self.stream.tick()
    }

    /// What is missing of a turn that has ended: all of it, where it had ended before anybody watched.
    pub(super) fn complete(&mut self, record: &TurnRecord, last: &AnswerEvent) -> Vec<PageEvent> {
        let mut events = Vec::new();
        let (text, citations): (&str, &[Citation]) = match &record.outcome {
            TurnOutcome::Answered(answer) => (&answer.text, &answer.citations),
            TurnOutcome::Failed { partial, failure: _ } => (partial, &[]),
            TurnOutcome::Running => ("", &[]),
        };
        if !self.has_meta {
            let TurnRecord { id, conversation, number, .. } = record;
            let (turn, conversation, number) = (id.clone(), conversation.clone(), *number);
            events.push(PageEvent::Meta { turn, conversation, number });
        }
        if let Some(rest) = text.get(self.said..).filter(|rest| !rest.is_empty()) {
            let rest = rest.to_owned();
            events.extend(self.markers(citations));
            events.extend(self.on(&AnswerEvent::Delta(rest)));
        }
        for citation in citations {
            events.extend(self.on(&AnswerEvent::Citation(citation.clone())));
        }
        events.extend(self.stream.on(last));
        events
    }

    fn on(&mut self, event: &AnswerEvent) -> Vec<PageEvent> {
        match event {
            AnswerEvent::Meta { .. } => self.has_meta = true,
            AnswerEvent::Sources(_) => self.has_sources = true,
            // A turn that has ended is told without its sources: without them its text would have no chips. It is
            // made up for at the end, from the record.
            AnswerEvent::Delta(_) if !self.has_sources => return Vec::new(),
            AnswerEvent::Delta(text) => self.said += text.len(),
            AnswerEvent::Citation(citation) if !self.cited.insert(citation.n) => return Vec::new(),
            _ => {}
        }
        self.stream.on(event)
    }

    /// A turn that has ended is told without its sources; its citations say what its markers mean.
    fn markers(&mut self, citations: &[Citation]) -> Vec<PageEvent> {
        if self.has_sources {
            return Vec::new();
        }
        let source = |citation: &Citation| {
            let Citation { n, question, section, anchor, quote } = citation.clone();
            let known = self.guide.question(&question);
            let title = known.map_or_else(|| question.to_string(), |question| question.text.clone());
            Source { n, question, title, section, anchor, text: quote }
        };
        let sources = citations.iter().map(source).collect();
        self.on(&AnswerEvent::Sources(sources));
        Vec::new()
    }
}
