//! Heading paths: `module title > question > section heading`.

const SEPARATOR: &str = " > ";

/// Joins the `names` that are not blank, outermost first, each once where neighbours are equal (a document
/// whose only heading is its title). Where that has more than `max_tokens`, outer names are left out first:
/// what a section is about stands in its inner names. One name that is still too long loses its last words.
pub(super) fn heading_path(
    names: [&str; 3],
    max_tokens: usize,
    count_tokens: &dyn Fn(&str) -> usize,
) -> String {
    let mut path: Vec<String> =
        names.iter().map(|name| one_line(name)).filter(|name| !name.is_empty()).collect();
    path.dedup();
    for inner in 0..path.len() {
        let joined = path[inner..].join(SEPARATOR);
        if count_tokens(&joined) <= max_tokens {
            return joined;
        }
    }
    path.last().map(|name| shortened(name, max_tokens, count_tokens)).unwrap_or_default()
}

/// The text with every run of white space as one space: a path is one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The longest beginning of whole words that has at most `max_tokens`; may be empty.
fn shortened(name: &str, max_tokens: usize, count_tokens: &dyn Fn(&str) -> usize) -> String {
    let ends: Vec<usize> = name.match_indices(' ').map(|(at, _)| at).collect();
    let fitting = ends.partition_point(|end| count_tokens(&name[..*end]) <= max_tokens);
    let end = fitting.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
    name[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn a_path_names_all_that_fits_from_the_inside() {
        let names = ["Threads", "What is\nthe GIL?", "Pitfalls"];
        let path = |max| heading_path(names, max, &words);
        assert_eq!(path(8), "Threads > What is the GIL? > Pitfalls");
        assert_eq!(path(7), "What is the GIL? > Pitfalls");
        assert_eq!(path(5), "Pitfalls");
        assert_eq!(path(0), "");
    }

    #[test]
    fn blank_and_repeated_names_are_left_out() {
        assert_eq!(heading_path(["Notes", "Setup", "Setup"], 9, &words), "Notes > Setup");
        assert_eq!(heading_path(["Notes", "Setup", " "], 9, &words), "Notes > Setup");
        assert_eq!(heading_path(["", "", ""], 9, &words), "");
    }

    #[test]
    fn a_name_that_is_too_long_loses_its_last_words() {
        assert_eq!(heading_path(["", "", "one two three four"], 3, &words), "one two three");
    }
}
