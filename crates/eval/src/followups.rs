//! Conversations whose last message is labelled: is it understood from what came before, and is an abrupt new topic left
//! alone?

use crate::listwise::{List, descend};
use crate::metrics::{Metrics, mean, of_ranking};
use crate::set::{Half, SetError};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use viva_assistant::{Assistant, Blend, Followed, Leans, Past, SearchFailure, Signs, TurnRequest, Wish};
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_core::search::Filter;
use viva_core::turn::{Answer, AnswerEvent, Depth, UserQuestion};

/// Conversations in flight at once.
const IN_FLIGHT: usize = 4;
/// Candidates of each ranking that are looked at.
const DEPTH: usize = 60;
/// The penalty of the fit is on weights: signs whose weights must be large are stretched, so that none is held down.
const STRETCH: [f64; 6] = [2.0, 1.0, 4.0, 4.0, 4.0, 4.0];
/// The kind of the conversations that change the topic.
const NEW_TOPIC: &str = "new-topic";
/// For how many conversations one of them counts in the fit: a change of topic must not be worse off than a question asked
/// afresh.
const NEW_TOPIC_COUNTS: usize = 4;

/// One labelled conversation. Invariant: at least two messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Stable name.
    pub id: String,
    /// How the last message refers to those before, or `new-topic`.
    pub kind: String,
    /// Which half it belongs to.
    pub half: Half,
    /// The messages before the last.
    pub before: Vec<UserQuestion>,
    /// The last message.
    pub last: UserQuestion,
    /// Any of these first is right.
    pub expect: Vec<QuestionId>,
    /// These are acceptable.
    pub also: Vec<QuestionId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    half: Half,
    kind: String,
    turns: Vec<TurnLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnLine {
    query: String,
    #[serde(default)]
    expect: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
}

/// Reads a set; blank lines are passed over.
pub fn parse(text: &str) -> Result<Vec<Conversation>, SetError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read: Result<Vec<Conversation>, SetError> = lines
        .map(|(at, line)| conversation(line).map_err(|reason| SetError::Line { line: at + 1, reason }))
        .collect();
    read.and_then(|all| if all.is_empty() { Err(SetError::Empty) } else { Ok(all) })
}

fn conversation(line: &str) -> Result<Conversation, String> {
    let Line { id, half, kind, mut turns } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let last = turns.pop().filter(|_| !turns.is_empty()).ok_or("a conversation has at least two messages")?;
    let question = |text: &str| UserQuestion::new(text).map_err(|error| format!("`query` {error}"));
    let ids = |names: Vec<String>| -> Result<Vec<QuestionId>, String> {
        names.into_iter().map(|name| QuestionId::new(name).map_err(|error| error.to_string())).collect()
    };
    let before = turns.iter().map(|turn| question(&turn.query)).collect::<Result<_, _>>()?;
    let (expect, also) = (ids(last.expect)?, ids(last.also)?);
    if expect.is_empty() {
        return Err("the last message has `expect`".to_owned());
    }
    Ok(Conversation { id, kind, half, before, last: question(&last.query)?, expect, also })
}

/// Ids that a set names and the guide lacks.
pub fn unknown_ids(set: &[Conversation], guide: &Guide) -> Vec<QuestionId> {
    let mut unknown: Vec<QuestionId> =
        set.iter().flat_map(|one| &one.expect).filter(|id| guide.question(id).is_none()).cloned().collect();
    unknown.sort();
    unknown.dedup();
    unknown
}

/// How well last messages are understood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Over all conversations.
    pub all: Metrics,
    /// By kind.
    pub by_kind: BTreeMap<String, Metrics>,
    /// Last messages that lean on what came before, searched as typed: what there would be without understanding.
    pub leaning_as_typed: Metrics,
    /// The same, understood.
    pub leaning: Metrics,
    /// Changes of topic, asked afresh.
    pub new_topic_afresh: Metrics,
    /// The same, in the conversation.
    pub new_topic: Metrics,
    /// Messages whose expected question was not first.
    pub misses: Vec<Miss>,
}

/// A last message that went wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// The conversation.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The last message.
    pub query: String,
    /// What was searched.
    pub standalone: String,
    /// Why.
    pub reason: Option<String>,
    /// What should be first.
    pub expect: Vec<String>,
    /// What was, best first.
    pub got: Vec<String>,
}

/// What one conversation gave.
struct Outcome {
    followed: Followed,
    typed: Followed,
}

/// Measures a set; `progress` is told after each conversation.
pub async fn measure(
    assistant: &Arc<Assistant>,
    set: &[Conversation],
    progress: &(dyn Fn() + Sync),
) -> Result<Report, SearchFailure> {
    let outcomes = outcomes(assistant, set, progress).await?;
    let metrics = |one: &Conversation, followed: &Followed| {
        let ranking: Vec<QuestionId> =
            followed.ranked.iter().take(DEPTH).map(|r| r.question.clone()).collect();
        of_ranking(&ranking, &one.expect, &one.also)
    };
    let measured: Vec<(&Conversation, Metrics, Metrics)> = set
        .iter()
        .zip(&outcomes)
        .map(|(one, outcome)| (one, metrics(one, &outcome.followed), metrics(one, &outcome.typed)))
        .collect();
    let mut kinds: BTreeMap<String, Vec<Metrics>> = BTreeMap::new();
    for (one, followed, _) in &measured {
        kinds.entry(one.kind.clone()).or_default().push(*followed);
    }
    let part = |is_new: bool, typed: bool| {
        let chosen: Vec<Metrics> = measured
            .iter()
            .filter(|(one, _, _)| (one.kind == NEW_TOPIC) == is_new)
            .map(|(_, followed, afresh)| if typed { *afresh } else { *followed })
            .collect();
        mean(&chosen)
    };
    let all: Vec<Metrics> = measured.iter().map(|(_, followed, _)| *followed).collect();
    let misses = measured
        .iter()
        .zip(&outcomes)
        .filter(|((_, metrics, _), _)| metrics.recall_at_1 == 0.0)
        .map(|((one, _, _), outcome)| miss(one, &outcome.followed))
        .collect();
    Ok(Report {
        all: mean(&all),
        by_kind: kinds.into_iter().map(|(kind, metrics)| (kind, mean(&metrics))).collect(),
        leaning_as_typed: part(false, true),
        leaning: part(false, false),
        new_topic_afresh: part(true, true),
        new_topic: part(true, false),
        misses,
    })
}

/// Fits what speaks for an entry; messages that are kept with the last entry teach nothing.
pub async fn fit(
    assistant: &Arc<Assistant>,
    set: &[Conversation],
    progress: &(dyn Fn() + Sync),
) -> Result<Blend, SearchFailure> {
    let outcomes = outcomes(assistant, set, progress).await?;
    let lists = |wanted: Leans| -> Vec<List<6>> {
        let read = set.iter().zip(&outcomes).filter(|(_, outcome)| outcome.followed.leans == wanted);
        let times = |one: &Conversation| if one.kind == NEW_TOPIC { NEW_TOPIC_COUNTS } else { 1 };
        read.flat_map(|(one, outcome)| std::iter::repeat_n(list(one, &outcome.followed), times(one)))
            .collect()
    };
    Ok(Blend {
        leaning: signs(&lists(Leans::Yes)),
        bare: signs(&lists(Leans::Bare)),
        complete: signs(&lists(Leans::No)),
    })
}

/// The candidates of one conversation's last message.
fn list(one: &Conversation, followed: &Followed) -> List<6> {
    let shown = followed.ranked.iter().zip(&followed.forms).take(DEPTH);
    let signs =
        shown.clone().map(|(_, form)| std::array::from_fn(|i| f64::from(form[i]) * STRETCH[i])).collect();
    let right =
        shown.enumerate().filter(|(_, (found, _))| one.expect.contains(&found.question)).map(|(at, _)| at);
    List { signs, right: right.collect() }
}

fn signs(lists: &[List<6>]) -> Signs {
    let fitted = descend(lists);
    let [completed, typed, same, near, module, joined] =
        std::array::from_fn(|i| crate::weights::rounded(fitted[i] * STRETCH[i]));
    Signs { completed, typed, same, near, module, joined }
}

async fn outcomes(
    assistant: &Arc<Assistant>,
    set: &[Conversation],
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<Outcome>, SearchFailure> {
    let all = set.iter().map(|one| async move {
        let mut history: Vec<Past> = Vec::new();
        for question in &one.before {
            history.extend(answered(assistant, question, &history).await);
        }
        let followed = assistant.follow(&one.last, &history).await?;
        let typed = assistant.follow(&one.last, &[]).await?;
        progress();
        Ok(Outcome { followed, typed })
    });
    stream::iter(all).buffered(IN_FLIGHT).try_collect().await
}

/// An earlier message with the answer that it would have got; `None` where it failed.
async fn answered(assistant: &Arc<Assistant>, question: &UserQuestion, history: &[Past]) -> Option<Past> {
    let request = TurnRequest {
        id: None,
        conversation: None,
        wish: Wish::Question(question.clone()),
        depth: Depth::Standard,
        filter: Filter::default(),
        inspect: false,
        history: history.to_vec(),
    };
    let mut events = pin!(Arc::clone(assistant).turn(request));
    let mut answer: Option<Box<Answer>> = None;
    while let Some(event) = events.next().await {
        if let AnswerEvent::Done(done) = event {
            answer = Some(done);
        }
    }
    Some(Past { asked: Some(question.as_str().to_owned()), answer: *answer? })
}

fn miss(one: &Conversation, followed: &Followed) -> Miss {
    Miss {
        id: one.id.clone(),
        kind: one.kind.clone(),
        query: one.last.as_str().to_owned(),
        standalone: followed.query.standalone.clone(),
        reason: followed.query.reason.clone(),
        expect: one.expect.iter().map(ToString::to_string).collect(),
        got: followed.ranked.iter().take(5).map(|found| found.question.to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_are_read_and_their_mistakes_located() {
        let good = r#"{"id":"f1","half":"tune","kind":"pronoun","turns":[{"query":"gil","expect":["gil"]},{"query":"why?","expect":["gil"]}]}"#;
        let set = parse(good).unwrap();
        assert_eq!((set[0].before.len(), set[0].last.as_str()), (1, "why?"));
        let alone =
            r#"{"id":"f2","half":"tune","kind":"pronoun","turns":[{"query":"gil","expect":["gil"]}]}"#;
        let error = parse(&format!("{good}\n{alone}")).unwrap_err().to_string();
        assert!(error.starts_with("line 2: ") && error.contains("two messages"), "{error}");
    }
}
