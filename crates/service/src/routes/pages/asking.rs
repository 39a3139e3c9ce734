//! The page where one asks, as `/`, `/c/{id}` and a refused question show it.

use crate::error::ApiError;
use crate::pages::turns::Turns;
use crate::pages::{Fields, Visit};
use crate::state::App;
use viva_core::conversation::{Conversation, ConversationPage};
use viva_core::guide::{Guide, Question};
use viva_core::turn::Depth;
use viva_web::pages::{Advice, AskPage, ConversationsView, Suggestion, ask_page};

/// Conversations on the side, on one page.
const CONVERSATIONS: u32 = 30;
/// Turns on one page.
const TURNS: u32 = 20;
/// Suggestions on the empty page.
const SUGGESTIONS: usize = 4;

/// What stands in the box, and why.
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) depth: Depth,
    pub(super) problem: Option<Advice<'a>>,
}

/// Renders the page of `open`, or of a new conversation. Of the query `find`, `after` and `before` are taken.
pub(super) async fn page(
    app: &App,
    visit: &Visit,
    open: Option<&Conversation>,
    query: &Fields,
    draft: Draft<'_>,
) -> Result<String, ApiError> {
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let find = query.text("find").trim();
    let wanted = ConversationPage {
        matching: Some(find.to_owned()).filter(|find| !find.is_empty()),
        after: query.filled("after").map(str::to_owned),
        limit: CONVERSATIONS + 1,
    };
    let mut listed = app.state.conversations.list(&visit.owner, &wanted).await?;
    let has_more = listed.len() > CONVERSATIONS as usize;
    listed.truncate(CONVERSATIONS as usize);
    let more = listed.last().filter(|_| has_more).map(|last| last.id.as_str());
    let id = open.map(|conversation| conversation.id.as_str());
    let (turns, earlier) = match open {
        Some(conversation) => turns(app, visit, conversation, query).await?,
        None => (Turns::read(app, &visit.owner, Vec::new()).await?, None),
    };
    let key = app.state.ids.fresh();
    let view = AskPage {
        conversations: ConversationsView { conversations: &listed, open: id, find, more },
        conversation: id,
        title: open
            .map(|conversation| conversation.title.as_str())
            .filter(|t| !t.is_empty())
            .unwrap_or("Untitled"),
        turns: turns.views(),
        earlier,
        suggestions: if open.is_none() { suggestions(guide) } else { Vec::new() },
        size: (guide.questions().count(), guide.modules().len()),
        draft: draft.text,
        depth: draft.depth,
        idempotency_key: &key,
        problem: draft.problem,
    };
    Ok(ask_page(visit.chrome(), &view))
}

/// The last turns, or those before `before`; and the number to continue before, where there are more.
async fn turns(
    app: &App,
    visit: &Visit,
    conversation: &Conversation,
    query: &Fields,
) -> Result<(Turns, Option<u32>), ApiError> {
    let end = conversation.turns.saturating_add(1);
    let before = query.text("before").parse().unwrap_or(end).clamp(1, end);
    let after = before.saturating_sub(TURNS + 1);
    let limit = before - 1 - after;
    let store = app.state.conversations.store();
    let records = store.turns(&visit.owner, &conversation.id, after, limit).await?;
    let earlier = records.first().map(|first| first.number).filter(|first| *first > 1);
    Ok((Turns::read(app, &visit.owner, records).await?, earlier))
}

/// The first questions of modules that lie apart, so that they show what there is.
fn suggestions(guide: &Guide) -> Vec<Suggestion> {
    let modules: Vec<_> = guide.modules().iter().filter(|module| !module.questions.is_empty()).collect();
    let step = modules.len().div_ceil(SUGGESTIONS).max(1);
    let of = |questions: &[Question]| {
        questions.iter().find(|question| !question.key_points.is_empty()).or(questions.first()).cloned()
    };
    let apart = modules.into_iter().step_by(step).take(SUGGESTIONS);
    apart
        .filter_map(|module| {
            Some(Suggestion { text: of(&module.questions)?.text, module: module.title.clone() })
        })
        .collect()
}
