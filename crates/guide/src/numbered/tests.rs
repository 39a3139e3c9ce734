use super::*;
use crate::diagnostic::FileRef;
use proptest::prelude::*;
use std::fmt::Write as _;

fn parse_text(text: &str) -> Option<Vec<Draft>> {
    parse(&Source::new(FileRef::new(0, "list.txt"), text.to_owned()), false)
}

/// Questions with their answers; `[module] ` in front where the file names one.
fn check(text: &str, expected: &[(&str, &str)]) {
    let drafts = parse_text(text).expect("a question list");
    let found: Vec<(String, String)> = drafts
        .iter()
        .map(|draft| {
            let module = draft.module_title.as_ref().map(|module| format!("[{module}] ")).unwrap_or_default();
            let answer = draft.sections.iter().map(|section| section.markdown.as_str()).collect();
            (format!("{module}{}", draft.text), answer)
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(text, answer)| (text.as_str(), answer.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn modules_questions_and_answers() {
    check(
        "MODULE 3: OOP CONCEPTS\r\n\r\nQ21. What is OOP?\r\nA way\r\n\r\n  to think.\r\n\r\nQ22. What is a class?\r\n",
        &[("[OOP CONCEPTS] What is OOP?", "A way\n\n  to think."), ("[OOP CONCEPTS] What is a class?", "")],
    );
}

#[test]
fn headings_that_are_glued_to_the_line_before() {
    check(
        "Q1. What is Python?\nprint(\"Hello\")Q2. Why is Python popular?\nEasy to learnQ3. What is dynamic typing?\n\
         x = 5Q4. What are keywords?\n`pip`Q5. Explain PEP 8\n```\ncode\n```Q6. What is a list?\nMODULE 2: DATAQ7. What is a set?\nDone.\
         MODULE 3: OOP\nQ8. What is a class?",
        &[
            ("What is Python?", "print(\"Hello\")"),
            ("Why is Python popular?", "Easy to learn"),
            ("What is dynamic typing?", "x = 5"),
            ("What are keywords?", "`pip`"),
            ("Explain PEP 8", "```\ncode\n```"),
            ("What is a list?", ""),
            ("[DATA] What is a set?", "Done."),
            ("[OOP] What is a class?", ""),
        ],
    );
}

#[test]
fn words_code_and_prose_are_not_split() {
    let answer = "See the FAQ1. It helps.\nFAQ2. Not a question?\nx = Q2.value\ndf.Q2. x\nas Q2. What is it? said\n\
                  Q3 2024 was good, Q1: better.\nf(Q2. Why?)\n\"Q2. Why is Python popular?\"\n`Q2. Why?`\n\
                  | Q2. Revenue | Q3. Costs |\n|Q2. Revenue|Q3. Costs|\nQ2.value = 1\nQ2 = 3\nREQ2. The system shall\n\
                  https://example.org/Q2. Then\n```\nQ2. What is this?\n```";
    check(&format!("Q1. First?\n{answer}\nQ2. Second?\n"), &[("First?", answer), ("Second?", "")]);
}

#[test]
fn quarters_in_an_answer_are_no_questions() {
    let answer = "Q1: 100\nQ2: 120\nQ3: 140\nQ4: 160";
    check(
        &format!("Q3. Group by quarter\n{answer}\nQ4. Next?"),
        &[("Group by quarter", answer), ("Next?", "")],
    );
    check(
        &format!("Q3: Group by quarter\n{answer}\nQ4: Next?"),
        &[("Group by quarter", answer), ("Next?", "")],
    );
}

#[test]
fn other_separators_repeated_numbers_and_missing_blanks() {
    check(
        "Q1) What is a map?\na\nQ2) yield vs return\nb\nQ2) __name__\nc\n  **Q9) What is a set?**\nd\nQ10)What is a dict?\n",
        &[
            ("What is a map?", "a"),
            ("yield vs return", "b"),
            ("__name__", "c"),
            ("What is a set?", "d"),
            ("What is a dict?", ""),
        ],
    );
    check("Q5.\n\nWhat is a tuple?\nFixed.\nQ6.\n", &[("What is a tuple?", "Fixed."), ("Question 6", "")]);
}

#[test]
fn tables_belong_to_the_answer_and_may_have_a_heading_glued_to_them() {
    check(
        "Q1. List vs tuple?\n| List | Tuple |\n|---|---|\n| a | b |Q2. What is slicing?\nx[1:]",
        &[("List vs tuple?", "| List | Tuple |\n|---|---|\n| a | b |"), ("What is slicing?", "x[1:]")],
    );
}

#[test]
fn bare_lists_are_questions_without_an_answer() {
    let drafts = parse_text(
        "Q1. What is a loop?\nRepeats.\n\nCOMMON TOPICS\n\n- decorators\n• Generators and\n  iterators\n\u{f0b7}Asyncio\n1) Typing\n\n\
         AWS & CLOUD:\n* S3\n- LambdaQ2. What is a set?\nKinds:\n- hashable\n- unique\n",
    )
    .unwrap();
    let found: Vec<_> = drafts.iter().map(|d| (d.text.as_str(), d.sections.len())).collect();
    assert_eq!(
        found,
        [
            ("What is a loop?", 1),
            ("decorators", 0),
            ("Generators and iterators", 0),
            ("Asyncio", 0),
            ("Typing", 0),
            ("S3", 0),
            ("Lambda", 0),
            ("What is a set?", 1),
        ]
    );
    assert_eq!(drafts[0].sections[0].markdown, "Repeats.");
    assert_eq!(drafts[1].aliases, ["COMMON TOPICS: decorators"]);
    assert_eq!(drafts[5].aliases, ["AWS & CLOUD: S3"]);
    assert_eq!(drafts[7].sections[0].markdown, "Kinds:\n- hashable\n- unique");
}

#[test]
fn bullets_below_a_module_are_questions_and_statements_are_not() {
    check(
        "MODULE 6: FILES\n- open()\n- read()\nMODULE 7: ITERATORS\nQ1. What?\nNOTES\n- It is lazy.\n- It ends.\n",
        &[
            ("[FILES] open()", ""),
            ("[FILES] read()", ""),
            ("[ITERATORS] What?", "NOTES\n- It is lazy.\n- It ends."),
        ],
    );
}

#[test]
fn text_that_belongs_to_no_question_is_kept() {
    check(
        "My guide\n\nMODULE 1: BASICS\n20 questions\nQ1. What?\nA\nTOPICS\n- x\nGood luck!\n",
        &[
            ("list", "My guide"),
            ("[BASICS] BASICS", "20 questions"),
            ("[BASICS] What?", "A"),
            ("[BASICS] x", ""),
            ("[BASICS] TOPICS", "Good luck!"),
        ],
    );
}

#[test]
fn a_fence_that_is_never_closed_hides_nothing() {
    check(
        "Q1. One?\n```python\nprint(1)\nQ2. Two?\n```python\nprint(2)\n```\nQ3. Three?\n",
        &[("One?", "```python\nprint(1)"), ("Two?", "```python\nprint(2)\n```"), ("Three?", "")],
    );
}

#[test]
fn other_texts_are_no_question_lists() {
    for text in ["", "Hello\nworld", "In Q1 2024.\nQ3: down", "SHOPPING\n- milk\n- bread"] {
        assert!(parse_text(text).is_none(), "{text}");
    }
    let source = Source::new(FileRef::new(0, "a.md"), "# FAQ\n\nQ1. Only one?\n".to_owned());
    assert!(parse(&source, true).is_none());
}

#[test]
fn an_endless_heading_is_cut() {
    let long = format!("Q1. What is it? {}", "word ".repeat(100));
    let drafts = parse_text(&long).unwrap();
    assert_eq!(drafts[0].text, "What is it?");
    assert!(drafts[0].sections[0].markdown.trim_start().starts_with("word word"));
}

/// Mebibytes that take minutes with anything quadratic.
#[test]
fn hostile_texts_are_read() {
    for pattern in
        ["Q1. a", "Q1. ?", "|Q1. ", "```\n", "TOPICS\n\n\n", "MODULE 1: X", "Q1.\n", "A\n- b\n", "  Q2. X?"]
    {
        let text = format!("Q1. First?\n{}", pattern.repeat((1 << 20) / pattern.len()));
        assert!(parse_text(&text).is_some());
        assert!(parse_text(&format!("Q1. First?\n{}{}", " ".repeat(1 << 19), text)).is_some());
    }
}

/// Everything that drafts say, to look for lost text in.
fn everything(drafts: &[Draft]) -> String {
    let mut all = String::new();
    for draft in drafts {
        let Draft { name: _, text, aliases, sections, module_title } = draft;
        let sections = sections.iter().map(|section| section.markdown.as_str());
        let texts =
            aliases.iter().chain(module_title).map(String::as_str).chain([text.as_str()]).chain(sections);
        for text in texts {
            all.push_str(text);
            all.push('\n');
        }
    }
    all
}

/// Lines as such files have them, and the joints between them.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "Q[1-9][0-9]?[.):] [A-Z][a-z]{2,8}[?]?",
        "MODULE [1-9]: [A-Z]{3,8}",
        "[A-Z]{3,8} [A-Z]{3,8}",
        "[-•*] [a-z]{3,8}",
        "[|] [a-z]{1,5} [|] Q[1-9]. [a-z]{1,5} [|]",
        "```(python)?",
        "[a-zA-Z0-9.()\"'`|? ]{0,30}",
        ".{0,20}",
    ]
}

proptest! {
    /// Whatever a list holds, every word of it is in some entry; only marks and numbers of headings go.
    #[test]
    fn no_text_is_lost(lines in prop::collection::vec((line(), prop::bool::weighted(0.8)), 0..40)) {
        let text: String =
            lines.iter().flat_map(|(line, ends)| [line.as_str(), if *ends { "\n" } else { "" }]).collect();
        let source = Source::new(FileRef::new(0, "list.txt"), format!("Q1. First?\n{text}"));
        let drafts = parse(&source, false).expect("it begins with a heading");
        let said = everything(&drafts);
        for mark in marks(&source.text) {
            let label = &source.text[mark.range.clone()];
            let words = match &mark.what {
                What::Question { text, .. } => source.text[text.clone()].to_owned(),
                What::Module { .. } => module_name(&undecorated(label)),
                What::Group { title } => title.clone(),
                What::Bare { text } => text.clone(),
            };
            for word in words.split(|c: char| !c.is_alphanumeric()) {
                prop_assert!(said.contains(word), "lost `{}` of {:?}", word, label);
            }
        }
        // Between the headings nothing at all may go, not even punctuation.
        let marks = marks(&source.text);
        for (index, mark) in marks.iter().enumerate() {
            let end = marks.get(index + 1).map_or(source.text.len(), |next| next.range.start);
            prop_assert!(mark.range.end <= end);
            for line in source.text[mark.range.end..end].lines() {
                prop_assert!(said.contains(line.trim()), "lost {:?}", line);
            }
        }
    }

    /// A well-formed list comes back exactly, glued or not.
    #[test]
    fn a_list_comes_back(
        entries in prop::collection::vec(
            ("[A-Z][a-z]{1,8} [a-z]{1,8}[?]", "[a-z]{1,8} [a-z]{1,8}[.)\"a-z]", prop::bool::ANY),
            1..20,
        ),
    ) {
        let mut text = String::new();
        for (number, (question, answer, glued)) in entries.iter().enumerate() {
            let end = if *glued { "" } else { "\n" };
            write!(text, "Q{}. {question}\n{answer}{end}", number + 1).unwrap();
        }
        let drafts = parse_text(&text).expect("a question list");
        let found: Vec<_> =
            drafts.iter().map(|d| (d.text.clone(), d.sections[0].markdown.clone())).collect();
        let expected: Vec<_> = entries.into_iter().map(|(question, answer, _)| (question, answer)).collect();
        prop_assert_eq!(found, expected);
    }
}
