use super::*;
use crate::fixtures::played;
use crate::machine::fold;

fn report() -> Report {
    Report::new(&fold(&played()).unwrap())
}

fn link(question: &QuestionId, anchor: &str) -> String {
    format!("/questions/{question}#{anchor}")
}

#[test]
fn the_report_has_every_question_with_its_points_hints_and_time() {
    let report = report();
    assert!(report.is_finished && report.questions.len() == 3 && report.planned == 3);
    let first = &report.questions[0];
    assert_eq!((first.hints.len(), first.exchanges.len(), first.elapsed.as_secs()), (1, 2, 90));
    assert!(first.read_next.is_empty(), "all was covered in the end");
    assert_eq!(report.questions[1].closing, Some(Closing::Skipped));
    assert_eq!(report.questions[2].closing, Some(Closing::Revealed));
    assert!(!report.questions[1].read_next.is_empty());
    assert_eq!(report.strengths.len(), 1);
    assert_eq!(report.work_on.len(), 3);
    assert_eq!(report.work_on[0].weight, Weight::Essential);
    let asked: usize = report.modules.values().map(|area| area.questions).sum();
    assert_eq!(asked, 3);
    assert!((report.score.unwrap() - 0.95 / 3.0).abs() < 1e-3, "{:?}", report.score);
}

#[test]
fn the_markdown_is_what_it_was() {
    insta::assert_snapshot!(report().markdown(&link));
}

#[test]
fn what_a_candidate_writes_is_no_markup() {
    let mut report = report();
    let evil = "<script>alert(1)</script>\n# Heading\n- item [x](javascript:alert(1)) ![i](http://evil/x.png) `code` | cell";
    report.questions[0].exchanges[0].answer = Some(evil.into());
    if let Some(grade) = &mut report.questions[0].grade {
        grade.points[0].quote = Some(evil.into());
    }
    let text = report.markdown(&link);
    for markup in ["<script>", "\n# Heading", "](javascript", "![i]", "http://evil"] {
        assert!(!text.contains(markup), "{markup} in\n{text}");
    }
}
