use super::*;
use crate::fixtures::{judgement, moment, plan, played};
use crate::grade::Verdict;
use crate::plan::InterviewMode;

struct Play {
    events: Vec<Occurred>,
    seconds: u64,
}

impl Play {
    fn begin(mode: InterviewMode, questions: u8, follow_ups: u8) -> Self {
        let events = begin(plan(mode, questions, follow_ups), moment(0));
        let events = events.into_iter().map(|event| Occurred { at: moment(0), event }).collect();
        Self { events, seconds: 0 }
    }

    fn state(&self) -> State {
        fold(&self.events).unwrap()
    }

    fn act(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.seconds += 10;
        let at = moment(self.seconds);
        let events = decide(&self.state(), &command, at)?;
        self.events.extend(events.iter().map(|event| Occurred { at, event: event.clone() }));
        Ok(events)
    }

    fn answer(&mut self, verdicts: &[Verdict]) -> Vec<Event> {
        self.act(Command::Answer("Some words.".into())).unwrap();
        let points = self.state().open().unwrap().1.points.len();
        self.act(Command::Judge(Box::new(judgement(points, verdicts)))).unwrap()
    }
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    let kind = |event: &Event| match event {
        Event::Planned(_) => "planned",
        Event::Asked { .. } => "asked",
        Event::Answered { .. } => "answered",
        Event::Judged(_) => "judged",
        Event::Hinted { .. } => "hinted",
        Event::FollowedUp { .. } => "followed_up",
        Event::Skipped => "skipped",
        Event::Revealed => "revealed",
        Event::Graded(_) => "graded",
        Event::Finished => "finished",
    };
    events.iter().map(kind).collect()
}

#[test]
fn a_complete_answer_gets_no_follow_up_and_the_last_one_ends_the_interview() {
    let mut play = Play::begin(InterviewMode::Live, 2, 2);
    assert_eq!(kinds(&play.answer(&[Verdict::Covered])), ["judged", "graded", "asked"]);
    assert_eq!(kinds(&play.answer(&[Verdict::Covered])), ["judged", "graded", "finished"]);
    assert_eq!(play.state().scores(), [1.0, 1.0]);
    for command in [
        Command::Answer("x".into()),
        Command::Hint,
        Command::Skip,
        Command::Reveal,
        Command::Finish,
        Command::Settle,
    ] {
        assert_eq!(play.act(command), Err(Refusal::Finished));
    }
}

#[test]
fn follow_ups_aim_at_what_is_open_and_end_at_the_number_asked_for() {
    for most in 0..4 {
        let mut play = Play::begin(InterviewMode::Live, 1, most);
        let mut follow_ups = 0;
        while !play.state().finished {
            let aimed: Vec<usize> =
                play.state().rounds[0].exchanges.iter().filter_map(|exchange| exchange.point).collect();
            let events = play.answer(&[Verdict::Missing]);
            if let Some(Event::FollowedUp { point, text }) = events.get(1) {
                assert!(!aimed.contains(point), "no point is asked for twice");
                assert!(!text.is_empty());
                follow_ups += 1;
            }
        }
        let points = play.state().sheet(&play.state().rounds[0]).points.len();
        assert!(follow_ups <= most && follow_ups <= points as u8);
        assert!(most == 0 || follow_ups > 0);
    }
}

#[test]
fn an_answer_to_a_follow_up_adds_to_its_question() {
    let mut play = Play::begin(InterviewMode::Practice, 1, 1);
    play.answer(&[Verdict::Covered, Verdict::Contradicted]);
    let before = play.state();
    assert_eq!(before.rounds[0].findings[0].verdict, Verdict::Covered);
    play.answer(&[Verdict::Contradicted, Verdict::Covered]);
    let grade = play.state().rounds[0].grade.clone().unwrap();
    assert!(grade.points.iter().all(|point| point.verdict == Verdict::Covered), "{grade:?}");
    assert_eq!(grade.points[0].quote.as_deref(), Some("words 0"));
}

#[test]
fn nothing_said_is_followed_by_nothing_asked() {
    let mut play = Play::begin(InterviewMode::Practice, 1, 3);
    play.act(Command::Answer("I don't know".into())).unwrap();
    let points = play.state().open().unwrap().1.points.len();
    let empty = crate::grade::Judgement { is_empty: true, ..judgement(points, &[Verdict::Missing]) };
    assert_eq!(kinds(&play.act(Command::Judge(Box::new(empty))).unwrap()), ["judged", "graded", "finished"]);
    assert_eq!(play.state().scores(), [0.0]);
}

#[test]
fn hints_come_in_three_steps_and_cost() {
    let mut play = Play::begin(InterviewMode::Practice, 1, 0);
    let mut hints = Vec::new();
    for _ in 0..3 {
        play.act(Command::Hint).unwrap();
        hints = play.state().rounds[0].hints.clone();
    }
    assert_eq!(play.act(Command::Hint), Err(Refusal::HintLimit));
    assert_eq!(hints.len(), 3);
    assert!(
        hints[0].contains("Think of") && hints[1].contains('?') && hints[2].contains("____"),
        "{hints:#?}"
    );
    play.answer(&[Verdict::Covered]);
    assert_eq!(play.state().scores(), [0.7]);
}

#[test]
fn a_live_interview_gives_no_hints_and_no_answers() {
    let mut play = Play::begin(InterviewMode::Live, 1, 0);
    assert!(matches!(play.act(Command::Hint), Err(Refusal::OnlyInPractice(_))));
    assert!(matches!(play.act(Command::Reveal), Err(Refusal::OnlyInPractice(_))));
}

#[test]
fn answers_are_checked_and_one_at_a_time() {
    let mut play = Play::begin(InterviewMode::Live, 1, 0);
    for blank in ["", "  \n\t ", "\u{200b}\u{feff} "] {
        assert_eq!(play.act(Command::Answer(blank.into())), Err(Refusal::EmptyAnswer));
    }
    let long = "é".repeat(MAX_ANSWER_CHARS + 1);
    assert_eq!(play.act(Command::Answer(long)), Err(Refusal::AnswerTooLong { found: MAX_ANSWER_CHARS + 1 }));
    assert_eq!(
        play.act(Command::Judge(Box::new(judgement(4, &[Verdict::Covered])))),
        Err(Refusal::NothingToJudge)
    );
    play.act(Command::Answer("<script>alert(1)</script> **words**".into())).unwrap();
    for command in
        [Command::Answer("again".into()), Command::Skip, Command::Hint, Command::Reveal, Command::Finish]
    {
        assert_eq!(play.act(command), Err(Refusal::BeingGraded));
    }
    assert_eq!(
        play.act(Command::Judge(Box::new(judgement(99, &[Verdict::Covered])))),
        Err(Refusal::NothingToJudge)
    );
}

#[test]
fn skipping_a_follow_up_keeps_what_was_said() {
    let mut play = Play::begin(InterviewMode::Practice, 1, 2);
    play.answer(&[Verdict::Covered, Verdict::Missing]);
    assert_eq!(kinds(&play.act(Command::Skip).unwrap()), ["skipped", "graded", "finished"]);
    assert!(play.state().scores()[0] > 0.3);
}

#[test]
fn ending_early_grades_what_was_said_and_drops_what_was_not() {
    let mut play = Play::begin(InterviewMode::Practice, 3, 2);
    play.answer(&[Verdict::Covered, Verdict::Missing]);
    assert_eq!(kinds(&play.act(Command::Finish).unwrap()), ["graded", "finished"]);
    let mut untouched = Play::begin(InterviewMode::Practice, 3, 2);
    assert_eq!(kinds(&untouched.act(Command::Finish).unwrap()), ["finished"]);
    assert!(untouched.state().scores().is_empty());
}

#[test]
fn times_are_those_given() {
    let mut play = Play::begin(InterviewMode::Practice, 1, 1);
    play.act(Command::Hint).unwrap();
    play.act(Command::Answer("x y z".into())).unwrap();
    assert_eq!(play.state().rounds[0].elapsed().as_secs(), 20);
}

#[test]
fn an_interview_goes_on_from_any_event_at_which_it_was_cut_off() {
    let whole = played();
    for cut in 1..whole.len() {
        let state = fold(&whole[..cut]).unwrap();
        let at = whole[cut - 1].at;
        let follows: Vec<Event> = decide(&state, &Command::Settle, at).unwrap();
        let rest: Vec<Event> = whole[cut..].iter().map(|occurred| occurred.event.clone()).collect();
        assert!(
            rest.starts_with(&follows),
            "cut after event {cut}: {:?} against {:?}",
            kinds(&follows),
            kinds(&rest)
        );
    }
    assert_eq!(decide(&fold(&whole).unwrap(), &Command::Settle, moment(0)), Err(Refusal::Finished));
}

#[test]
fn the_same_seed_and_answers_make_the_same_events() {
    assert_eq!(played(), played());
}

#[test]
fn events_that_do_not_fit_are_refused_with_their_number() {
    let whole = played();
    let mut doubled = whole.clone();
    doubled.insert(2, doubled[1].clone());
    assert_eq!(fold(&doubled), Err(Inconsistent { number: 3 }));
    assert_eq!(fold(&whole[1..]), Err(Inconsistent { number: 1 }));
    assert_eq!(fold(&[]), Err(Inconsistent { number: 1 }));
    let mut beyond = whole.clone();
    beyond.push(whole[2].clone());
    assert_eq!(fold(&beyond), Err(Inconsistent { number: whole.len() as u32 + 1 }));
}
