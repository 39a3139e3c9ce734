//! The events of a running turn, kept small for as long as somebody may come back for them.
//!
//! An answer comes in thousands of pieces of a word each. A [`Vec<AnswerEvent>`] would spend some three hundred bytes on
//! each of them; here their text stands in one string, and a piece is the place where it ends.

use viva_core::turn::AnswerEvent;

/// How many events a reader takes at once: what one that does not read on holds is no more than these.
const AT_ONCE: usize = 64;

/// The events so far, in their order. Invariant: the ends of the pieces ascend, lie on character boundaries of `text`,
/// and the last of them is its length.
#[derive(Default)]
pub(super) struct KeptEvents {
    text: String,
    events: Vec<Kept>,
}

enum Kept {
    /// A piece of the answer's text, which ends here; it starts where the piece before ended.
    Piece {
        start: usize,
        end: usize,
    },
    Other(Box<AnswerEvent>),
}

impl KeptEvents {
    pub(super) fn push(&mut self, event: AnswerEvent) {
        let kept = match event {
            AnswerEvent::Delta(piece) => {
                let start = self.text.len();
                self.text.push_str(&piece);
                Kept::Piece { start, end: self.text.len() }
            }
            other => Kept::Other(Box::new(other)),
        };
        self.events.push(kept);
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// The next events behind the first `after`: not all at once, where there are many.
    pub(super) fn next(&self, after: usize) -> Vec<AnswerEvent> {
        self.events.iter().skip(after).take(AT_ONCE).map(|kept| self.event(kept)).collect()
    }

    fn event(&self, kept: &Kept) -> AnswerEvent {
        match kept {
            Kept::Piece { start, end } => {
                AnswerEvent::Delta(self.text.get(*start..*end).unwrap_or_default().to_owned())
            }
            Kept::Other(event) => (**event).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(text: &str) -> AnswerEvent {
        AnswerEvent::Delta(text.to_owned())
    }

    #[test]
    fn they_come_back_as_they_were_from_any_place() {
        let mut kept = KeptEvents::default();
        let events: Vec<_> = (0..3 * AT_ONCE)
            .map(|n| match n % 5 {
                0 => AnswerEvent::FollowUps(vec![n.to_string()]),
                1 => delta(""),
                2 => delta("é€"),
                _ => delta(&format!("word{n} ")),
            })
            .collect();
        events.iter().cloned().for_each(|event| kept.push(event));
        assert_eq!(kept.len(), events.len());
        for from in [0, 1, 7, AT_ONCE, events.len() - 1, events.len(), events.len() + 9] {
            let mut found = Vec::new();
            while found.len() + from < events.len() {
                found.extend(kept.next(from + found.len()));
            }
            assert_eq!(found, events.get(from..).unwrap_or_default());
            assert!(kept.next(events.len()).is_empty());
        }
    }

    #[test]
    fn a_piece_costs_little_more_than_its_text() {
        assert!(size_of::<Kept>() <= 24, "{}", size_of::<Kept>());
    }
}
