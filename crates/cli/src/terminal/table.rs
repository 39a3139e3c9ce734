//! Small tables: columns aligned, nothing drawn.

/// Lays rows out in columns; the first row is the head. Columns whose head ends in a space-free word and whose cells
/// are numbers are right-aligned.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| textwrap::core::display_width(cell))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    let is_number = |text: &str| text == "-" || text.trim_end_matches('%').parse::<f64>().is_ok();
    let right: Vec<bool> = (0..columns)
        .map(|column| rows.iter().skip(1).filter_map(|row| row.get(column)).all(|cell| is_number(cell)))
        .collect();
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[column] - textwrap::core::display_width(cell));
            line.push_str(if column == 0 { "" } else { "  " });
            if right[column] {
                line.push_str(&gap);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&gap);
            }
        }
        let line = line.trim_end();
        text.push_str(&if at == 0 {
            format!("{}{line}{}", super::DIM, super::RESET)
        } else {
            line.to_owned()
        });
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned() {
        let rows = [["name", "n"], ["a", "10"], ["long name", "9"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let text = super::table(&rows);
        assert!(text.contains("a          10\n") && text.contains("long name   9\n"), "{text}");
    }
}
