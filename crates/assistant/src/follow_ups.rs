//! What is worth asking next.

use viva_core::guide::{Guide, Question};

/// The most follow-up questions that an answer ends with.
const MOST: usize = 3;

/// Follow-up questions from the guide: the entry's own first, then related entries; `told` are those that the answer has
/// already dealt with.
pub(crate) fn follow_ups(guide: &Guide, entries: &[&Question], told: &[&str]) -> Vec<String> {
    let own = interleaved(entries).filter(|text| !told.contains(&text.as_str()));
    let related = entries
        .iter()
        .flat_map(|entry| &entry.related)
        .filter(|id| entries.iter().all(|entry| entry.id != **id))
        .filter_map(|id| guide.question(id))
        .map(|question| question.text.clone());
    let mut chosen: Vec<String> = Vec::new();
    for text in own.chain(related) {
        if chosen.len() == MOST {
            break;
        }
        if !chosen.contains(&text) {
            chosen.push(text);
        }
    }
    chosen
}

/// The first follow-up of each entry, then the second of each, and so on.
fn interleaved<'a>(entries: &'a [&Question]) -> impl Iterator<Item = String> + 'a {
    let longest = entries.iter().map(|entry| entry.follow_ups.len()).max().unwrap_or(0);
    (0..longest)
        .flat_map(move |row| entries.iter().filter_map(move |entry| entry.follow_ups.get(row)))
        .map(|follow_up| follow_up.question.clone())
}
