//! Cutting passages into runs of about equal length, so that little padding is computed.

use std::ops::Range;

/// One run of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The texts of it, each once.
    pub texts: Vec<String>,
    /// For each text, whose it is: places in what was given to [`plan`].
    pub owners: Vec<Vec<usize>>,
}

/// Sorts texts by their length in tokens, longest first, puts equal ones together, and cuts them into runs of at
/// most `max_texts` and, padding included, `max_tokens`; a longer text has a run of its own.
pub(crate) fn plan(
    texts: Vec<String>,
    length: impl Fn(&str) -> usize,
    max_texts: usize,
    max_tokens: usize,
) -> Vec<Batch> {
    let mut texts: Vec<_> =
        texts.into_iter().enumerate().map(|(place, text)| (length(&text), text, place)).collect();
    texts.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut unique: Vec<(usize, String, Vec<usize>)> = Vec::with_capacity(texts.len());
    for (length, text, place) in texts {
        match unique.last_mut() {
            Some((_, last, owners)) if *last == text => owners.push(place),
            _ => unique.push((length, text, vec![place])),
        }
    }
    let lengths: Vec<_> = unique.iter().map(|(length, ..)| *length).collect();
    let mut rest = unique.into_iter().map(|(_, text, owners)| (text, owners));
    runs(&lengths, max_texts, max_tokens)
        .into_iter()
        .map(|run| {
            let (texts, owners) = rest.by_ref().take(run.len()).unzip();
            Batch { texts, owners }
        })
        .collect()
}

/// Where to cut lengths that descend.
fn runs(lengths: &[usize], max_texts: usize, max_tokens: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut longest = 0;
    for (place, length) in lengths.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.len() < max_texts && (run.len() + 1) * longest <= max_tokens => {
                run.end = place + 1;
            }
            _ => {
                longest = (*length).max(1);
                runs.push(place..place + 1);
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(texts: &[&str], max_texts: usize, max_tokens: usize) -> Vec<Vec<String>> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        plan(texts, str::len, max_texts, max_tokens).into_iter().map(|batch| batch.texts).collect()
    }

    #[test]
    fn runs_are_cut_by_tokens_and_by_texts() {
        assert_eq!(check(&["aa", "aaaa", "a", "b"], 10, 4), [vec!["aaaa"], vec!["aa", "a"], vec!["b"]]);
        assert_eq!(check(&["a", "b", "c"], 2, 100), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(check(&["aaaaaaaa", "b"], 2, 4), [vec!["aaaaaaaa"], vec!["b"]]);
        assert_eq!(check(&["", ""], 2, 4), [vec![""]]);
        assert!(check(&[], 2, 4).is_empty());
    }

    proptest! {
        #[test]
        fn every_text_has_one_place_and_every_run_keeps_the_limits(
            texts in prop::collection::vec("[ab]{0,9}", 0..40),
            max_texts in 1_usize..6,
            max_tokens in 1_usize..30,
        ) {
            let mut seen = vec![false; texts.len()];
            for batch in plan(texts.clone(), str::len, max_texts, max_tokens) {
                let longest = batch.texts.iter().map(String::len).max().unwrap();
                prop_assert!(batch.texts.len() <= max_texts);
                prop_assert!(batch.texts.len() == 1 || batch.texts.len() * longest <= max_tokens);
                prop_assert_eq!(batch.texts.len(), batch.owners.len());
                for (text, owners) in batch.texts.iter().zip(&batch.owners) {
                    for place in owners {
                        prop_assert_eq!(&texts[*place], text);
                        prop_assert!(!std::mem::replace(&mut seen[*place], true));
                    }
                }
            }
            prop_assert!(seen.into_iter().all(|seen| seen));
        }
    }
}
