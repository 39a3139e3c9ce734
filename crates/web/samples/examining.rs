//! Interviews, reports, reviews, the status.

use super::data::{chrome, days, grade, id};
use super::{Text, now};
use viva_core::examination::Review;
use viva_core::guide::Guide;
use viva_web::pages::{
    Check, Feedback, FieldError, Health, InterviewMode, InterviewPage, InterviewRow, ModuleProgress,
    PromptView, Rating, RatingChoice, ReportPage, ReportQuestion, ReviewCardPage, ReviewPage, SetupChoice,
    SetupPage, StatusPage, Theme, interview_page, report_page, review_card_page, review_page, setup_page,
    status_page,
};

#[expect(clippy::too_many_lines, reason = "a list of sample data")]
pub(super) fn interviewing(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let choice = SetupChoice {
        mode: InterviewMode::Practice,
        role: "data-engineer".into(),
        level: "mid".into(),
        modules: vec!["oop".into()],
        focus: Vec::new(),
        questions: 5,
        follow_ups_per_question: 2,
    };
    let roles: Vec<String> = ["data-engineer", "ai-engineer"].map(t).into();
    let modules: Vec<(String, String)> =
        guide.modules().iter().map(|module| (module.id.to_string(), t(&module.title))).collect();
    let interviews = [
        InterviewRow {
            id: t("i1"),
            created: now(),
            about: t("Data engineer, mid level"),
            done: (2, 5),
            score: None,
            is_finished: false,
        },
        InterviewRow {
            id: t("i2"),
            created: now(),
            about: t("Threading and multiprocessing"),
            done: (5, 5),
            score: Some(0.71),
            is_finished: true,
        },
    ];
    let errors = [FieldError { field: "questions".into(), message: t("Questions: between 1 and 20") }];
    let setup = |errors| SetupPage {
        choice: &choice,
        roles: &roles,
        focus: &roles,
        modules: &modules,
        interviews: &interviews,
        errors,
    };
    let prompt = PromptView {
        number: 2,
        of: 5,
        follow_up: Some((1, 2)),
        text: t(
            "Your answer says that threads are useless. What happens to the lock while a thread waits for a socket?",
        ),
        hints: vec![t("Think of what a blocking system call does.")],
        hints_left: 1,
        draft: t(""),
    };
    let interview =
        |feedback, prompt, mode| InterviewPage { id: "i1", mode, feedback, prompt, errors: &[], now: now() };
    let questions = [
        ReportQuestion {
            number: 1,
            text: t("What is the GIL?"),
            question: "gil".into(),
            module: t("Threading & multiprocessing"),
            grade: Some(grade(t)),
            follow_ups: vec![(
                t("What happens while a thread waits for a socket?"),
                t("The lock is released."),
            )],
        },
        ReportQuestion {
            number: 2,
            text: t("What is a decorator?"),
            question: "decorators".into(),
            module: t("Decorators"),
            grade: None,
            follow_ups: Vec::new(),
        },
    ];
    let scores: Vec<(String, f64)> = [
        ("Threading & multiprocessing", 0.62),
        ("Decorators & context managers", 0.81),
        ("Memory management", 0.35),
        ("SQL", 0.0),
    ]
    .map(|(name, score)| (t(name), score))
    .into();
    let summary = t("Strong on definitions; what they mean under load is where points were lost.");
    let report = ReportPage {
        id: "i1",
        mode: InterviewMode::Practice,
        role: "data-engineer",
        level: "mid",
        created: now(),
        score: Some(0.62),
        summary: &summary,
        modules: &scores,
        questions: &questions,
        is_final: true,
        now: now(),
    };
    vec![
        ("setup", setup_page(chrome, &setup(&[]))),
        ("setup-errors", setup_page(chrome, &setup(&errors))),
        ("interview", interview_page(chrome, &interview(None, Some(prompt.clone()), InterviewMode::Live))),
        (
            "interview-feedback",
            interview_page(
                chrome,
                &interview(Some(Feedback::Graded(Box::new(grade(t)))), Some(prompt), InterviewMode::Practice),
            ),
        ),
        (
            "interview-end",
            interview_page(
                chrome,
                &interview(
                    Some(Feedback::Skipped { text: t("What is a lock?"), question: t("gil") }),
                    None,
                    InterviewMode::Practice,
                ),
            ),
        ),
        ("report", report_page(chrome, &report)),
    ]
}

/// Reviews and the status.
#[expect(clippy::too_many_lines, reason = "a list of sample data")]
pub(super) fn reviewing(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let review = |question: &str, due| Review {
        question: id(question),
        due,
        last: now(),
        stability: 3.0,
        difficulty: 5.0,
        repetitions: 2,
        lapses: 0,
        phase: 2,
        scheduled_days: 3,
    };
    let due = [review("gil", now()), review("decorators", now())];
    let coming: Vec<(String, u32)> = (0..14)
        .map(|day| (t(&format!("{} Nov", day + 17)), [4, 2, 0, 7, 1, 0, 0, 3, 5, 2, 0, 1, 0, 2][day]))
        .collect();
    let progress: Vec<ModuleProgress> = guide
        .modules()
        .iter()
        .enumerate()
        .map(|(at, module)| ModuleProgress {
            title: t(&module.title),
            id: module.id.to_string(),
            seen: at * 2 % 9,
            total: module.questions.len(),
            due: at % 4,
            score: (at % 3 > 0).then_some(0.4 + at as f64 / 40.0),
        })
        .collect();
    let weeks: Vec<(String, f64)> = [
        ("28 Sep", 0.41),
        ("5 Oct", 0.46),
        ("12 Oct", 0.44),
        ("19 Oct", 0.58),
        ("26 Oct", 0.61),
        ("2 Nov", 0.7),
    ]
    .map(|(week, score)| (t(week), score))
    .into();
    let review_view = ReviewPage {
        guide,
        due: &due,
        coming: &coming,
        next: None,
        modules: &progress,
        focus: &progress[..1],
        scores: &weeks,
        now: now(),
    };
    let nothing = ReviewPage {
        guide,
        due: &[],
        coming: &[],
        next: Some(days(2)),
        modules: &progress,
        focus: &[],
        scores: &[],
        now: now(),
    };
    let choices: Vec<RatingChoice> = Rating::ALL
        .into_iter()
        .zip([0, 2, 5, 12])
        .map(|(rating, n)| RatingChoice { rating, due: days(n) })
        .collect();
    let checks = [
        Check {
            name: t("Guide"),
            health: Health::Good,
            detail: t("520 questions in 20 modules"),
            remedy: None,
        },
        Check {
            name: t("Language model"),
            health: Health::Limited,
            detail: t("none is configured: answers are the guide's own text"),
            remedy: Some(t("Set llm.kind to have answers written by a model.")),
        },
        Check {
            name: t("Index"),
            health: Health::Bad,
            detail: t("it was embedded with another model"),
            remedy: Some(t("Run viva ingest.")),
        },
    ];
    let store = t("SQLite, data/viva.db");
    let status = StatusPage {
        checks: &checks,
        revision: Some("abab12cd34ef"),
        size: (520, 4_813),
        encoder: "all-MiniLM-L6-v2, 384 dimensions",
        model: None,
        store: &store,
        ingested: Some(now()),
        version: "0.1.0",
    };
    let mut pages = vec![
        ("review", review_page(chrome, &review_view)),
        ("review-nothing", review_page(chrome, &nothing)),
        ("status", status_page(chrome, &status)),
    ];
    if let Some(question) = guide.question(&id("gil")) {
        pages.push((
            "card",
            review_card_page(
                chrome,
                &ReviewCardPage { question, left: 7, choices: &choices, grade: None, now: now() },
            ),
        ));
        pages.push((
            "card-graded",
            review_card_page(
                chrome,
                &ReviewCardPage { question, left: 7, choices: &choices, grade: Some(grade(t)), now: now() },
            ),
        ));
    }
    pages
}
