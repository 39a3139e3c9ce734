use crate::coverage::{Calibration, FEATURES};
use crate::fakes::{FakeClock, FakeEmbedder, FakeIds, FakeLibrary, edition, guide};
use crate::{Assistant, Blend, GenerationOptions, Options, Parts, SearchRequest, Weights};
use futures::StreamExt;
use std::sync::Arc;
use viva_core::id::QuestionId;
use viva_core::ports::NotReady;
use viva_core::search::{Filter, LegChoice};
use viva_core::turn::{Answer, AnswerEvent, Ask, Depth, FailureKind, Fate, UserQuestion};

mod talking;

fn assistant_with(library: FakeLibrary) -> Arc<Assistant> {
    let mut calibration = Calibration::fitted().unwrap();
    // Of the scripted index everything counts as covered unless its words are unknown.
    calibration.weights =
        FEATURES.iter().map(|name| if *name == "unknown_share" { -2.5 } else { 0.0 }).collect();
    calibration.means = vec![0.0; FEATURES.len()];
    calibration.scales = vec![1.0; FEATURES.len()];
    calibration.bias = 1.0;
    calibration.threshold = 0.5;
    let parts = Parts {
        embedder: Arc::new(FakeEmbedder),
        library: Arc::new(library),
        model: None,
        clock: Arc::new(FakeClock(0.into())),
        ids: Arc::new(FakeIds),
    };
    Arc::new(Assistant::new(
        parts,
        Options {
            candidates: 20,
            evidence_tokens: 1000,
            weights: Weights::fitted().unwrap(),
            blend: Blend::fitted().unwrap(),
            calibration,
            generation: GenerationOptions::default(),
        },
    ))
}

async fn events(question: &str, depth: Depth) -> Vec<AnswerEvent> {
    let ask = Ask {
        question: UserQuestion::new(question).unwrap(),
        depth,
        filter: Filter::default(),
        inspect: true,
    };
    assistant_with(FakeLibrary(Ok(edition()))).answer(ask).collect().await
}

async fn answer(question: &str, depth: Depth) -> Answer {
    match events(question, depth).await.pop() {
        Some(AnswerEvent::Done(answer)) => *answer,
        other => panic!("{other:?}"),
    }
}

fn assert_citations_are_verbatim(answer: &Answer) {
    let guide = guide();
    for citation in &answer.citations {
        let question = guide.question(&citation.question).unwrap();
        let in_section = question
            .sections
            .iter()
            .any(|s| s.anchor == citation.anchor && s.markdown.contains(&citation.quote));
        let in_follow_up = question.follow_ups.iter().any(|f| f.answer.contains(&citation.quote));
        assert!(in_section || in_follow_up, "{citation:?}");
        assert!(!citation.quote.is_empty());
        assert!(answer.text.contains(&format!("[{}]", citation.n)), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_answer_is_the_guides_own_text_for_the_depth() {
    let brief = answer("what is the gil", Depth::Brief).await;
    assert_eq!(brief.text, "The gil in short. A second sentence about gil. [1]");
    let standard = answer("what is the gil", Depth::Standard).await;
    insta::assert_snapshot!(standard.text);
    let deep = answer("what is the gil", Depth::Deep).await;
    assert!(deep.text.starts_with(&standard.text) && deep.text.ends_with("Deep things of gil."));
    for answer in [&brief, &standard, &deep] {
        assert_citations_are_verbatim(answer);
        assert!(answer.covered && answer.grounding.unsupported.is_empty());
        assert_eq!(answer.follow_ups, ["Follow-up 1 of gil?", "Follow-up 2 of gil?", "Locks"]);
    }
}

#[tokio::test]
async fn the_same_question_gives_the_same_bytes() {
    let (one, two) = (answer("gil", Depth::Deep).await, answer("gil", Depth::Deep).await);
    assert_eq!(one, two);
}

#[tokio::test]
async fn the_stream_adds_up_to_the_answer_and_ends_once() {
    let events = events("what is the gil", Depth::Deep).await;
    let terminal = |e: &AnswerEvent| matches!(e, AnswerEvent::Done(_) | AnswerEvent::Failed(_));
    assert_eq!(events.iter().filter(|e| terminal(e)).count(), 1);
    let Some(AnswerEvent::Done(answer)) = events.last() else { panic!() };
    let text: String = events
        .iter()
        .filter_map(|e| if let AnswerEvent::Delta(t) = e { Some(t.as_str()) } else { None })
        .collect();
    assert_eq!(text, answer.text);
    let cited: Vec<_> = events
        .iter()
        .filter_map(|e| if let AnswerEvent::Citation(c) = e { Some(c.clone()) } else { None })
        .collect();
    assert_eq!(cited, answer.citations);
    assert!(matches!(events[0], AnswerEvent::Meta { .. }) && matches!(events[1], AnswerEvent::Query(_)));
}

#[tokio::test]
async fn a_matched_follow_up_leads() {
    let answer = answer("gil #follow-up-2", Depth::Brief).await;
    assert!(
        answer.text.starts_with("**Follow-up 2 of gil?** [1]\n\nAnswer 2 of gil. It ends."),
        "{}",
        answer.text
    );
    assert!(!answer.follow_ups.contains(&"Follow-up 2 of gil?".to_owned()));
    assert_citations_are_verbatim(&answer);
}

#[tokio::test]
async fn a_matched_pitfall_is_told_at_standard_depth() {
    assert!(answer("gil #pitfalls", Depth::Standard).await.text.contains("A pitfall of gil."));
    assert!(!answer("gil", Depth::Standard).await.text.contains("A pitfall of gil."));
}

#[tokio::test]
async fn a_comparison_is_answered_from_both_entries() {
    let answer = answer("lock vs semaphore", Depth::Standard).await;
    assert!(answer.text.contains("### Locks\n\nThe locks in short."), "{}", answer.text);
    assert!(answer.text.contains("### Semaphores\n\nThe semaphores in short."), "{}", answer.text);
    let cited: Vec<_> = answer.citations.iter().map(|c| c.question.as_str()).collect();
    assert_eq!(cited, ["locks", "locks", "semaphores", "semaphores"]);
    assert_citations_are_verbatim(&answer);
}

#[tokio::test]
async fn a_comparison_with_an_entry_of_its_own_is_answered_from_that() {
    let answer = answer("list vs tuple", Depth::Brief).await;
    assert_eq!(answer.citations.len(), 1);
    assert_eq!(answer.citations[0].question.as_str(), "list-vs-tuple");
}

#[tokio::test]
async fn what_is_not_covered_is_said_with_the_nearest_topics() {
    let answer = answer("gil zebra giraffe elephant", Depth::Standard).await;
    assert!(!answer.covered && answer.citations.is_empty() && answer.follow_ups.is_empty());
    assert_eq!(answer.nearest[0].question, QuestionId::new("gil").unwrap());
    assert!(answer.text.contains("does not cover") && !answer.text.contains('['), "{}", answer.text);
}

#[tokio::test]
async fn a_plain_document_answers_with_its_matching_section() {
    let answer = answer("kubernetes notes #usage", Depth::Brief).await;
    assert_eq!(answer.text, "About usage. [1]");
    assert_eq!(answer.citations[0].anchor, "usage");
}

#[tokio::test]
async fn the_inspection_tells_what_became_of_every_candidate() {
    let answer = answer("gil #explanation", Depth::Standard).await;
    let inspection = answer.inspection.unwrap();
    assert!(inspection.coverage.covered && inspection.coverage.features.len() == FEATURES.len());
    assert_eq!(inspection.candidates[0].fate, Fate::Kept { n: 2 });
    assert!(inspection.evidence_tokens > 0 && inspection.evidence_tokens <= inspection.evidence_budget);
}

#[tokio::test]
async fn failures_end_the_stream_with_their_kind() {
    for (question, kind) in [("encoder down", FailureKind::Unavailable), ("index down", FailureKind::Timeout)]
    {
        let events = events(question, Depth::Brief).await;
        let Some(AnswerEvent::Failed(failure)) = events.last() else { panic!("{events:?}") };
        assert_eq!(failure.kind, kind);
    }
    let starting = assistant_with(FakeLibrary(Err(NotReady::Empty)));
    let ask = Ask {
        question: UserQuestion::new("x").unwrap(),
        depth: Depth::Brief,
        filter: Filter::default(),
        inspect: false,
    };
    let events: Vec<_> = starting.answer(ask).collect().await;
    assert!(matches!(&events[..], [AnswerEvent::Failed(f)] if f.kind == FailureKind::Unavailable));
}

#[tokio::test]
async fn a_search_has_each_question_once_before_any_twice() {
    let assistant = assistant_with(FakeLibrary(Ok(edition())));
    let question = UserQuestion::new("gil locks semaphore").unwrap();
    let request = SearchRequest { question, k: 2, filter: Filter::default(), legs: LegChoice::Hybrid };
    let found = assistant.search(&request).await.unwrap();
    assert_eq!(found.hits.len(), 2);
    assert_ne!(found.hits[0].question, found.hits[1].question);
    assert!(found.hits[0].score >= found.hits[1].score);
    assert_eq!(found.hits[0].anchor, "short-answer");
}
