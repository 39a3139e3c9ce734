//! The pages where one asks.

use super::Text;
use super::data::{answer, chrome, conversations, id, record, sources};
use viva_core::conversation::{Conversation, TurnOutcome};
use viva_core::guide::Guide;
use viva_core::turn::{Degraded, DegradedReason, Depth, Failure, FailureKind, Nearest};
use viva_web::pages::{
    AskPage, ConversationsView, Suggestion, Theme, TurnView, ask_page, done_block, failure_block,
    source_block,
};

fn ask_view<'a>(conversations: &'a [Conversation], turns: Vec<TurnView<'a>>, draft: &'a str) -> AskPage<'a> {
    let open = (!turns.is_empty()).then_some("conversation-1");
    AskPage {
        conversations: ConversationsView { conversations, open, find: "", more: Some("conversation-5") },
        conversation: open,
        title: conversations.first().map_or("", |conversation| conversation.title.as_str()),
        turns,
        earlier: None,
        suggestions: Vec::new(),
        size: (520, 20),
        draft,
        depth: Depth::Standard,
        idempotency_key: "key-1",
        problem: None,
    }
}

pub(super) fn asking(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let conversations = conversations(t);
    let draft = t("");
    let mut empty = ask_view(&conversations, Vec::new(), &draft);
    empty.suggestions = [
        "What is the GIL, and why does it exist?",
        "When would you choose a generator over a list?",
        "Design a URL shortener",
        "How does RAG reduce hallucination?",
    ]
    .map(|text| Suggestion { text: t(text), module: t("Threading") })
    .into();
    let sources = sources(guide, t);
    let model = t("llama-3.1-8b-instruct");
    let example = Some("/questions/gil#example".to_owned());
    let answered =
        record(1, Some(t("and why does it exist?")), TurnOutcome::Answered(Box::new(answer(guide, t))));
    let view = |turn, is_last| TurnView {
        turn,
        sources: sources.clone(),
        model: Some(&model),
        example: example.clone(),
        is_last,
    };
    let mut degraded = answer(guide, t);
    degraded.text = t("The lock is released around blocking calls [1].");
    degraded.degraded = Some(Degraded {
        reason: DegradedReason::ModelTimeout,
        detail: t("llama-3.1-8b did not begin within 20 s."),
    });
    let degraded = record(
        2,
        Some(t("Why do threads still help a web scraper?")),
        TurnOutcome::Answered(Box::new(degraded)),
    );
    let mut declined = answer(guide, t);
    declined.covered = false;
    declined.text = t("The guide does not cover this.");
    declined.citations.clear();
    declined.follow_ups.clear();
    declined.grounding.unsupported.clear();
    declined.query.original.clone_from(&declined.query.standalone);
    declined.nearest =
        [("what-is-python", "What is Python?"), ("virtual-environments", "Why virtual environments?")]
            .map(|(question, title)| Nearest { question: id(question), title: t(title) })
            .into();
    let declined =
        record(3, Some(t("How do I bake sourdough bread?")), TurnOutcome::Answered(Box::new(declined)));
    let failed = record(
        4,
        Some(t("What is a race condition?")),
        TurnOutcome::Failed {
            failure: Failure {
                kind: FailureKind::Interrupted,
                detail: t("The model's stream broke after 41 words."),
            },
            partial: t("A **race condition** is a result that depends on the order in wh"),
        },
    );
    let running = record(5, Some(t("And a deadlock?")), TurnOutcome::Running);
    let bare = |turn| TurnView { turn, sources: Vec::new(), model: None, example: None, is_last: false };
    let conversation = ask_view(&conversations, vec![view(&answered, true)], &draft);
    let states = ask_view(
        &conversations,
        vec![view(&degraded, false), bare(&declined), bare(&failed), bare(&running)],
        &draft,
    );
    vec![
        ("ask", ask_page(chrome, &empty)),
        ("conversation", ask_page(chrome, &conversation)),
        ("states", ask_page(chrome, &states)),
        ("done-block", done_block(chrome, &view(&answered, true))),
        ("source-block", sources.iter().map(|source| source_block(source, "abab")).collect()),
        (
            "failure-block",
            failure_block(&Failure { kind: FailureKind::Internal, detail: t("a lock") }, Some(&t("r-1"))),
        ),
    ]
}
