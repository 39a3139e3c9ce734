//! Prompt -> events of an answer.

use super::code::restored;
use super::grounding::Check;
use super::markers::{Markers, Piece};
use super::prompt::{self, Exchange, Material, Window};
use crate::markdown::sentences;
use crate::quote::quote;
use crate::words::Words;
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::sync::Arc;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatMessage, ChatRequest, StopReason};
use viva_core::ports::{ChatModel, ChatStream};
use viva_core::turn::{Citation, Depth, Generation, Grounding, Source, Understood, Usage};

/// What is to be written. It owns everything, so that the stream outlives its caller.
pub(crate) struct Task {
    pub(crate) model: Arc<dyn ChatModel>,
    pub(crate) words: Arc<Words>,
    pub(crate) query: Understood,
    pub(crate) depth: Depth,
    pub(crate) sources: Vec<Source>,
    pub(crate) history: Vec<Exchange>,
    pub(crate) fence: String,
    pub(crate) window: Window,
    pub(crate) temperature: Option<f32>,
}

/// One step of the writing. The last one is `Finished`, `Unsaid` or `Broken`.
pub(crate) enum Spoken {
    /// The sources that the model is shown; comes first. Comes again before any text where the model would not take them
    /// all.
    Shown(Vec<Source>),
    /// Text.
    Delta(String),
    /// The first use of a marker.
    Citation(Citation),
    /// All is said.
    Finished(Box<Written>),
    /// The model failed before it said anything.
    Unsaid(ChatError, Box<Generation>),
    /// The model failed in the middle.
    Broken(ChatError),
}

/// What is known once a model has ended.
pub(crate) struct Written {
    pub(crate) grounding: Grounding,
    pub(crate) usage: Option<Usage>,
    pub(crate) generation: Generation,
}

/// Said at the end of an answer that was cut at its length limit.
const CUT: &str = "\n\n*The answer was cut here at its length limit; going deeper continues it.*";

/// Lets the model write. A prompt that is too long for it is made shorter, twice.
pub(crate) fn write(task: Task) -> impl Stream<Item = Spoken> + Send {
    stream! {
        // At once, and not with the first word: that may take a minute, and what was found is worth reading meanwhile.
        let (_, planned) = prompt_of(&task, task.window.prompt_tokens, &task.history);
        yield Spoken::Shown(task.sources[..planned].to_vec());
        let (opened, shown, generation) = open(&task).await;
        let stream = match opened {
            Ok(stream) => stream,
            Err(error) => {
                yield Spoken::Unsaid(error, Box::new(generation));
                return;
            }
        };
        let sources = task.sources[..shown].to_vec();
        if shown != planned {
            yield Spoken::Shown(sources.clone());
        }
        let mut text = Transcript::new(&task, &sources);
        let mut generation = generation;
        let mut usage = None;
        let mut stop = None;
        let mut stream = stream;
        let mut has_spoken = false;
        while let Some(event) = stream.next().await {
            let pieces = match event {
                Ok(ChatEvent::Delta(delta)) => text.markers.push(&delta),
                Ok(ChatEvent::Usage(counted)) => {
                    usage = Some(counted);
                    continue;
                }
                Ok(ChatEvent::Stop(reason)) => {
                    stop = Some(reason);
                    break;
                }
                Err(error) if text.answer.is_empty() => {
                    yield Spoken::Unsaid(error, Box::new(generation));
                    return;
                }
                Err(error) => {
                    yield Spoken::Broken(error);
                    return;
                }
            };
            for spoken in text.speak(pieces) {
                has_spoken = true;
                yield spoken;
            }
        }
        let pieces = text.markers.finish();
        let mut rest = text.speak(pieces);
        generation.dropped_markers = text.markers.dropped;
        let verdict = verdict(stop.as_ref(), &text.answer);
        generation.stop = stop.map(name);
        if let Err(error) = verdict {
            yield if has_spoken { Spoken::Broken(error) } else { Spoken::Unsaid(error, Box::new(generation)) };
            return;
        }
        if generation.stop.as_deref() == Some("length") {
            text.answer.push_str(CUT);
            rest.push(Spoken::Delta(CUT.to_owned()));
        }
        for spoken in rest {
            yield spoken;
        }
        let asked = format!("{}\n{}", task.query.original, task.query.standalone);
        let grounding = Check::new(&sources, &asked).of(&text.answer, &text.own_code);
        yield Spoken::Finished(Box::new(Written { grounding, usage, generation }));
    }
}

/// Whether what was said can stand as an answer.
fn verdict(stop: Option<&StopReason>, answer: &str) -> Result<(), ChatError> {
    let error = |kind, detail: &str| Err(ChatError { kind, detail: detail.to_owned() });
    match stop {
        None => error(ChatErrorKind::Broken, "the model's answer ended without saying why"),
        Some(StopReason::Filtered) => {
            error(ChatErrorKind::Filtered, "the model's content filter stopped the answer")
        }
        Some(_) if answer.trim().is_empty() => {
            error(ChatErrorKind::Malformed, "the model gave an empty answer")
        }
        Some(_) => Ok(()),
    }
}

fn name(stop: StopReason) -> String {
    match stop {
        StopReason::EndOfTurn => "end_of_turn".to_owned(),
        StopReason::Length => "length".to_owned(),
        StopReason::Filtered => "filtered".to_owned(),
        StopReason::Other(word) => word,
    }
}

/// Opens the model's stream: with everything, without history and half the room, and with the first source alone.
async fn open(task: &Task) -> (Result<ChatStream, ChatError>, usize, Generation) {
    let full = task.window.prompt_tokens;
    let mut history: &[Exchange] = &task.history;
    let mut last = None;
    for tokens in [full, full / 2, 0] {
        let (request, shown) = prompt_of(task, tokens, history);
        let generation = generation(&*task.model, request.messages.clone());
        match task.model.chat(request).await {
            Err(error) if error.kind == ChatErrorKind::ContextTooLong => {
                last = Some((error, shown, generation));
            }
            opened => return (opened, shown, generation),
        }
        history = &[];
    }
    if let Some((error, shown, generation)) = last {
        return (Err(error), shown, generation);
    }
    let error = ChatError { kind: ChatErrorKind::Invalid, detail: "no prompt was tried".to_owned() };
    (Err(error), 0, generation(&*task.model, Vec::new()))
}

/// The prompt of at most `tokens`, and how many of the sources are in it.
fn prompt_of(task: &Task, tokens: usize, history: &[Exchange]) -> (ChatRequest, usize) {
    let Task { query, depth, sources, fence, .. } = task;
    let material = Material { query, depth: *depth, sources, history, fence };
    let window = Window { prompt_tokens: tokens, ..task.window };
    prompt::answer(&material, &window, task.temperature)
}

fn generation(model: &dyn ChatModel, prompt: Vec<ChatMessage>) -> Generation {
    Generation {
        model: model.name().to_owned(),
        prompt_version: prompt::VERSION.to_owned(),
        prompt,
        stop: None,
        dropped_markers: 0,
    }
}

/// What was said so far.
struct Transcript<'a> {
    task: &'a Task,
    sources: &'a [Source],
    markers: Markers,
    answer: String,
    cited: Vec<u16>,
    /// Blocks that are not the guide's.
    own_code: Vec<String>,
}

impl<'a> Transcript<'a> {
    fn new(task: &'a Task, sources: &'a [Source]) -> Self {
        let known = u16::try_from(sources.len()).unwrap_or(u16::MAX);
        let markers = Markers::new(known);
        Self { task, sources, markers, answer: String::new(), cited: Vec::new(), own_code: Vec::new() }
    }

    fn speak(&mut self, pieces: Vec<Piece>) -> Vec<Spoken> {
        let mut spoken = Vec::new();
        for piece in pieces {
            let (text, cited) = match piece {
                Piece::Text(text) => (text, None),
                Piece::Code(block) => {
                    let (block, is_guides) = restored(&block, self.sources);
                    if !is_guides {
                        self.own_code.push(block.clone());
                    }
                    (block, None)
                }
                Piece::Cite(n) => (format!("[{n}]"), Some(n)),
            };
            // Models begin with line breaks; an answer does not.
            let text = if self.answer.is_empty() { text.trim_start().to_owned() } else { text };
            if text.is_empty() {
                continue;
            }
            self.answer.push_str(&text);
            spoken.push(Spoken::Delta(text));
            if let Some(citation) = cited.and_then(|n| self.first_use(n)) {
                spoken.push(Spoken::Citation(citation));
            }
        }
        spoken
    }

    fn first_use(&mut self, n: u16) -> Option<Citation> {
        if self.cited.contains(&n) {
            return None;
        }
        let source = self.sources.iter().find(|source| source.n == n)?;
        self.cited.push(n);
        let said = sentences(&self.answer).pop().map_or("", |range| &self.answer[range]);
        let near = format!("{said} {}", self.task.query.standalone);
        Some(Citation {
            n,
            question: source.question.clone(),
            section: source.section,
            anchor: source.anchor.clone(),
            quote: quote(&self.task.words, &source.text, &near).to_owned(),
        })
    }
}
