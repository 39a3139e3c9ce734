//! Interviews, reports, reviews, the status.

use super::data::{chrome, days, grade, id};
use super::{Text, now};
use std::time::{Duration, SystemTime};
use viva_core::examination::Review;
use viva_core::guide::Guide;
use viva_web::pages::{
    Advice, AreaProgress, Check, Closing, Feedback, FieldError, GradeView, GradedCardPage, Health,
    InterviewMode, InterviewPage, InterviewRow, KeptPage, NextReading, PromptView, Rating, RatingChoice,
    ReportPage, ReportQuestion, ReviewCardPage, ReviewPage, SetupChoice, SetupOption, SetupPage, Span,
    Standing, StatusPage, Theme, Unsent, graded_card_page, interview_page, kept_page, report_page,
    review_card_page, review_page, setup_page, status_page,
};

fn setups(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let choice = SetupChoice {
        mode: InterviewMode::Practice,
        role: "data-engineer".into(),
        level: "mid".into(),
        modules: vec!["oop".into()],
        focus: Vec::new(),
        questions: t("5"),
        follow_ups_per_question: t("2"),
    };
    let slug = |name: &str, count| SetupOption { id: t(name), ..SetupOption::slug(&t(name), count) };
    let roles = [slug("data-engineer", 212), slug("ai-engineer", 163)];
    let levels = [slug("junior", 120), slug("mid", 260), slug("senior", 168)];
    let modules: Vec<SetupOption> = guide
        .modules()
        .iter()
        .map(|module| SetupOption {
            id: module.id.to_string(),
            name: t(&module.title),
            count: module.questions.len(),
        })
        .collect();
    let row = |id: &str, question: Option<String>, done, score, is_finished| InterviewRow {
        id: t(id),
        created: now(),
        question,
        about: vec![t("Data engineer"), t("Mid level")],
        mode: InterviewMode::Practice,
        done,
        score,
        is_finished,
    };
    let interviews = [
        row("i1", None, (2, 5), Some(0.4), false),
        row("i2", Some(t("What does `yield` do?")), (1, 1), Some(0.71), true),
        InterviewRow { about: Vec::new(), mode: InterviewMode::Live, ..row("i3", None, (5, 5), None, true) },
    ];
    let errors = [
        FieldError {
            field: "level".into(),
            message: t("No question passes all filters. Without the level, 12 do."),
        },
        FieldError { field: "questions".into(), message: t("Questions: a whole number from 1 to 50.") },
    ];
    let setup = |errors, interviews| SetupPage {
        choice: &choice,
        key: "form-key",
        roles: &roles,
        levels: &levels,
        modules: &modules,
        focus: &roles,
        most: (50, 5),
        interviews,
        errors,
        problem: None,
    };
    let full = Advice {
        title: "The database has no room",
        detail: "Nothing more can be kept.",
        remedy: "Try again later.",
        request_id: Some("r-1"),
        retry: None,
    };
    vec![
        ("setup-problem", setup_page(chrome, &SetupPage { problem: Some(full), ..setup(&[], &[]) })),
        ("setup", setup_page(chrome, &setup(&[], &interviews))),
        ("setup-first", setup_page(chrome, &setup(&[], &[]))),
        ("setup-errors", setup_page(chrome, &setup(&errors, &interviews[1..]))),
    ]
}

fn so_far(t: Text<'_>) -> GradeView {
    let whole = grade(t);
    GradeView {
        is_final: false,
        points: whole.points[..1].to_vec(),
        feedback: t("1 covered so far, 3 still open."),
        said: whole.said[..1].to_vec(),
        due: None,
        degraded: None,
        ..whole
    }
}

fn sitting(theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let prompt = PromptView {
        number: 2,
        of: 5,
        follow_up: Some((1, 2)),
        text: t(
            "Your answer says that threads are useless. What happens to the lock while a thread waits for a socket?",
        ),
        hints: vec![t("Think of what a blocking system call does.")],
        hints_left: 1,
        open_for: Duration::from_secs(72),
        draft: t(""),
    };
    let plain = PromptView {
        follow_up: None,
        text: t("What is the GIL?"),
        hints: Vec::new(),
        hints_left: 0,
        ..prompt.clone()
    };
    let feedback = |closing, grade: Option<GradeView>| Feedback {
        text: t("What is the GIL?"),
        question: "gil".into(),
        closing,
        revealed: (closing == Some(Closing::Revealed)).then(|| t("A lock. It is **held** by one thread.")),
        grade: grade.map(Box::new),
    };
    let page = |feedback, prompt, mode| InterviewPage {
        id: "i1",
        mode,
        feedback,
        prompt,
        is_grading: false,
        errors: &[],
        unsent: None,
        now: now(),
    };
    let empty = [FieldError { field: "answer".into(), message: t("The answer is empty.") }];
    let words = t("What I had written in the other window.");
    let unsent = Unsent {
        title: "The interview has gone on meanwhile",
        detail: "This question was answered in another window.",
        text: &words,
    };
    let late =
        InterviewPage { unsent: Some(unsent), ..page(None, Some(plain.clone()), InterviewMode::Practice) };
    let refused =
        InterviewPage { errors: &empty, ..page(None, Some(plain.clone()), InterviewMode::Practice) };
    let graded = feedback(None, Some(grade(t)));
    let kept = KeptPage {
        advice: Advice {
            title: "The database cannot be used now",
            detail: "Nothing can be written.",
            remedy: "Your answer stands below.",
            request_id: Some("r-1"),
            retry: None,
        },
        action: "/interview/i1",
        fields: &[("number", "2")],
        answer: &words,
    };
    vec![
        ("interview", interview_page(chrome, &page(None, Some(plain), InterviewMode::Live))),
        (
            "interview-follow-up",
            interview_page(
                chrome,
                &page(Some(feedback(None, Some(so_far(t)))), Some(prompt.clone()), InterviewMode::Practice),
            ),
        ),
        (
            "interview-feedback",
            interview_page(chrome, &page(Some(graded), Some(prompt), InterviewMode::Practice)),
        ),
        (
            "interview-end",
            interview_page(
                chrome,
                &page(Some(feedback(Some(Closing::Revealed), None)), None, InterviewMode::Practice),
            ),
        ),
        ("interview-late", interview_page(chrome, &late)),
        ("interview-refused", interview_page(chrome, &refused)),
        (
            "interview-grading",
            interview_page(
                chrome,
                &InterviewPage { is_grading: true, ..page(None, None, InterviewMode::Practice) },
            ),
        ),
        ("kept", kept_page(chrome, &kept)),
    ]
}

fn report(theme: Theme, t: Text<'_>) -> String {
    let question = |number, text: &str, id: &str, grade, closing| ReportQuestion {
        number,
        text: t(text),
        question: id.into(),
        module: t("Threading & multiprocessing"),
        grade,
        closing,
        hints: number - 1,
        elapsed: Duration::from_secs(95),
    };
    let questions = [
        question(1, "What is the GIL?", "gil", Some(grade(t)), None),
        question(2, "What is a decorator?", "decorators", None, Some(Closing::Skipped)),
        question(3, "What is a lock?", "gil", None, None),
    ];
    let scores: Vec<(String, f64)> = [
        ("Threading & multiprocessing", 0.62),
        ("Decorators & context managers", 0.81),
        ("Memory management", 0.35),
        ("SQL", 0.0),
    ]
    .map(|(name, score)| (t(name), score))
    .into();
    let next = NextReading {
        point: t("It is released around blocking I/O, so threads still help I/O-bound work."),
        question: "gil".into(),
        anchor: "explanation".into(),
        title: t("What is the GIL?"),
    };
    let summary = t("2 of 3 questions were answered, with one hint.");
    let view = ReportPage {
        id: "i1",
        mode: InterviewMode::Practice,
        role: "data-engineer",
        level: "mid",
        created: now(),
        elapsed: Duration::from_mins(21),
        score: Some(0.62),
        summary: &summary,
        modules: &scores,
        focus: &scores[..2],
        strengths: &[("decorators".into(), t("What does `@wraps` do?"), 0.9)],
        next: &[next],
        questions: &questions,
        is_final: false,
        now: now(),
    };
    report_page(chrome(theme), &view)
}

pub(super) fn interviewing(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let mut pages = setups(guide, theme, t);
    pages.extend(sitting(theme, t));
    pages.push(("report", report(theme, t)));
    pages
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
    let coming: Vec<(SystemTime, u32)> =
        (0..14).map(|day| (days(day), [4, 2, 0, 7, 1, 0, 0, 3, 5, 2, 0, 1, 0, 2][day as usize])).collect();
    let progress: Vec<AreaProgress> = guide
        .modules()
        .iter()
        .enumerate()
        .map(|(at, module)| AreaProgress {
            title: t(&module.title),
            href: format!("/guide/{}", module.id),
            seen: at * 2 % 9,
            total: module.questions.len(),
            due: at % 4,
            score: (at % 3 > 0).then_some(0.4 + at as f64 / 40.0),
        })
        .collect();
    let week = |n: u32| now() - Duration::from_hours(24 * 7) * (9 - n);
    let weeks =
        [(0, 0.41), (1, 0.46), (2, 0.44), (5, 0.58), (6, 0.61), (9, 0.7)].map(|(n, score)| (week(n), score));
    let review_view = ReviewPage {
        guide,
        due: &due,
        coming: &coming,
        next: None,
        modules: &progress,
        focus: &progress[..1],
        scores: (Span::Week, &weeks),
        key: "form-key",
        now: now(),
    };
    let nothing = ReviewPage {
        due: &[],
        coming: &[],
        next: Some(days(2)),
        focus: &[],
        scores: (Span::Day, &[]),
        ..review_view.clone()
    };
    let one = ReviewPage { scores: (Span::Day, &weeks[..1]), ..review_view.clone() };
    let choices: Vec<RatingChoice> = Rating::ALL
        .into_iter()
        .zip([1, 2, 5, 12])
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
        ("review-one", review_page(chrome, &one)),
        ("status", status_page(chrome, &status)),
    ];
    if let Some(question) = guide.question(&id("gil")) {
        let draft = t("What I wrote before.");
        let errors = [FieldError { field: "answer".into(), message: t("The answer is empty.") }];
        let card = ReviewCardPage {
            question,
            standing: Standing::Due { left: 7 },
            seen: 2,
            key: "form-key",
            choices: &choices,
            draft: "",
            errors: &[],
            now: now(),
        };
        let refused = ReviewCardPage {
            standing: Standing::Early(days(4)),
            draft: &draft,
            errors: &errors,
            ..card.clone()
        };
        pages.push(("card", review_card_page(chrome, &card)));
        pages.push((
            "card-new",
            review_card_page(chrome, &ReviewCardPage { standing: Standing::New, ..card }),
        ));
        pages.push(("card-refused", review_card_page(chrome, &refused)));
        let graded = GradedCardPage { question, grade: &grade(t), left: 6, now: now() };
        pages.push(("card-graded", graded_card_page(chrome, &graded)));
    }
    pages
}
