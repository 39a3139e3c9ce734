//! The figures as a picture: bars of recall@1 for each leg, by kind of query.

use crate::retrieval::Report;
use plotters::prelude::*;

const DENSE: RGBColor = RGBColor(0x2f, 0x6f, 0xd0);
const BM25: RGBColor = RGBColor(0xb8, 0x57, 0x0a);
const HYBRID: RGBColor = RGBColor(0x1a, 0x1e, 0x26);

/// Why there is no chart.
#[derive(Debug, thiserror::Error)]
#[error("could not draw the chart: {0}")]
pub struct ChartError(String);

/// Draws recall@1 of dense, BM25 and hybrid search, over all queries and by kind, as SVG.
pub fn recall_by_kind(report: &Report) -> Result<String, ChartError> {
    let mut groups = vec![("all".to_owned(), [&report.dense.all, &report.bm25.all, &report.hybrid.all])];
    for (kind, hybrid) in &report.hybrid.by_kind {
        if let (Some(dense), Some(bm25)) = (report.dense.by_kind.get(kind), report.bm25.by_kind.get(kind)) {
            groups.push((format!("{kind} ({})", hybrid.queries), [dense, bm25, hybrid]));
        }
    }
    let mut svg = String::new();
    draw(&mut svg, &groups).map_err(|error| ChartError(error.to_string()))?;
    Ok(svg)
}

type Group<'a> = (String, [&'a crate::metrics::Metrics; 3]);

fn draw(svg: &mut String, groups: &[Group<'_>]) -> Result<(), Box<dyn std::error::Error>> {
    let width = 140 + 96 * u32::try_from(groups.len())?;
    let root = SVGBackend::with_string(svg, (width, 380)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Recall@1 by kind of query", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(52)
        // Room above the bars for the legend.
        .build_cartesian_2d(0.0..groups.len() as f64, 0.0..1.2_f64)?;
    let label = |x: &f64| groups.get(x.floor() as usize).map_or_else(String::new, |(name, _)| name.clone());
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .x_label_formatter(&label)
        .y_labels(7)
        .y_max_light_lines(0)
        .y_label_formatter(&|y| format!("{y:.1}"))
        .y_desc("recall@1")
        .draw()?;
    for (leg, (name, colour)) in
        [("dense", DENSE), ("BM25", BM25), ("hybrid", HYBRID)].into_iter().enumerate()
    {
        let bars = groups.iter().enumerate().map(|(at, (_, metrics))| {
            let left = at as f64 + 0.14 + leg as f64 * 0.24;
            Rectangle::new([(left, 0.0), (left + 0.22, metrics[leg].recall_at_1)], colour.filled())
        });
        chart
            .draw_series(bars)?
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    let area = chart.plotting_area();
    for (at, (name, _)) in groups.iter().enumerate() {
        let (x, y) = area.map_coordinate(&(at as f64 + 0.14, 0.0));
        root.draw(&Text::new(name.clone(), (x, y + 8), ("sans-serif", 12)))?;
    }
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use crate::retrieval::Figures;

    #[test]
    fn a_chart_names_its_groups_and_legs() {
        let metrics = Metrics { queries: 3, recall_at_1: 0.9, ..Metrics::default() };
        let figures =
            Figures { all: metrics, by_module: [].into(), by_kind: [("symptom".to_owned(), metrics)].into() };
        let report = Report {
            revision: "r".into(),
            dense: figures.clone(),
            bm25: figures.clone(),
            hybrid: figures,
            misses: vec![],
        };
        let svg = recall_by_kind(&report).unwrap();
        for text in ["<svg", "symptom (3)", "hybrid", "BM25", "recall@1"] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
