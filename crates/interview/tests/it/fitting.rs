use crate::common::{guide, labelled, root, wait};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use viva_core::manifest::ModelIdentity;
use viva_core::ports::{EmbedError, Embedder};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};
use viva_eval::grading::{fit, grade_all, own_answers, sheets, summarise};
use viva_eval::set::Half;
use viva_interview::grading::{Calibration, SemanticGrader};

const CACHE: &str = "/tmp/lab/rust-vectors.bin";
struct Cached {
    inner: Arc<dyn Embedder>,
    known: Mutex<HashMap<String, Vec<f32>>>,
    words: Mutex<HashMap<String, bool>>,
    new: Mutex<Vec<String>>,
}
impl Cached {
    fn open() -> Self {
        let mut known = HashMap::new();
        if let Ok(mut f) = std::fs::File::open(CACHE) {
            let mut b = Vec::new();
            f.read_to_end(&mut b).unwrap();
            let mut at = 0;
            while at < b.len() {
                let n = u32::from_le_bytes(b[at..at + 4].try_into().unwrap()) as usize;
                at += 4;
                let t = String::from_utf8(b[at..at + n].to_vec()).unwrap();
                at += n;
                let v = b[at..at + 384 * 4]
                    .chunks_exact(4)
                    .map(|c| f32::from_le_bytes(c.try_into().unwrap()))
                    .collect();
                at += 384 * 4;
                known.insert(t, v);
            }
        }
        println!("known {}", known.len());
        Self {
            inner: crate::common::encoder(),
            known: Mutex::new(known),
            words: Mutex::default(),
            new: Mutex::default(),
        }
    }
    fn save(&self) {
        let mut f = std::fs::OpenOptions::new().create(true).append(true).open(CACHE).unwrap();
        let known = self.known.lock().unwrap();
        let mut b = Vec::new();
        for t in self.new.lock().unwrap().drain(..) {
            b.extend((t.len() as u32).to_le_bytes());
            b.extend(t.as_bytes());
            for x in &known[&t] {
                b.extend(x.to_le_bytes());
            }
        }
        f.write_all(&b).unwrap();
    }
}
#[async_trait::async_trait]
impl Embedder for Cached {
    fn identity(&self) -> ModelIdentity {
        self.inner.identity()
    }
    fn sparse_identity(&self) -> String {
        self.inner.sparse_identity()
    }
    fn max_tokens(&self) -> usize {
        256
    }
    fn count_tokens(&self, t: &str) -> usize {
        self.inner.count_tokens(t)
    }
    fn is_word(&self, w: &str) -> bool {
        *self.words.lock().unwrap().entry(w.to_owned()).or_insert_with(|| self.inner.is_word(w))
    }
    fn count_terms(&self, t: &str) -> usize {
        self.inner.count_terms(t)
    }
    async fn embed_query(&self, t: &str) -> Result<QueryVectors, EmbedError> {
        self.inner.embed_query(t).await
    }
    async fn embed_passages(&self, p: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        let need: Vec<String> = {
            let k = self.known.lock().unwrap();
            let mut s = std::collections::HashSet::new();
            p.iter().filter(|t| !k.contains_key(*t) && s.insert((*t).clone())).cloned().collect()
        };
        if !need.is_empty() {
            let v = self.inner.embed_passages(need.clone()).await?;
            let mut k = self.known.lock().unwrap();
            for (t, v) in need.iter().zip(v) {
                if k.insert(t.clone(), v).is_none() {
                    self.new.lock().unwrap().push(t.clone());
                }
            }
        }
        let k = self.known.lock().unwrap();
        Ok(p.iter().map(|t| k[t].clone()).collect())
    }
    fn encode_document(&self, t: &str, m: f32) -> SparseVector {
        self.inner.encode_document(t, m)
    }
}

#[test]
#[ignore = "scratch"]
fn fit_it() {
    let started = std::time::Instant::now();
    let cached = Arc::new(Cached::open());
    let grader = SemanticGrader::new(cached.clone(), Calibration::fitted().unwrap());
    let step: usize = std::env::var("STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(6);
    let labelled_report: std::collections::BTreeSet<_> =
        labelled(Half::Report).into_iter().map(|c| c.question).collect();
    let mut withheld: std::collections::BTreeSet<_> =
        labelled(Half::Report).into_iter().map(|c| c.question).collect();
    let tuned: std::collections::BTreeSet<_> = labelled(Half::Tune).into_iter().map(|c| c.question).collect();
    withheld.extend(
        guide()
            .questions()
            .enumerate()
            .filter(|(at, q)| at % step != 0 && !tuned.contains(&q.id))
            .map(|(_, q)| q.id.clone()),
    );
    let tune = labelled(Half::Tune);
    {
        let sheets = sheets(guide());
        let mut out = std::io::BufWriter::new(std::fs::File::create("/tmp/lab/rows.jsonl").unwrap());
        let mut emit = |q: &viva_core::id::QuestionId, kind: &str, answer: &str, labels: Vec<String>| {
            let sheet = &sheets[q];
            let f = wait(grader.features(sheet, viva_interview::grading::Answer { text: answer, told: &[] }))
                .unwrap();
            let f: Option<Vec<Vec<f64>>> = f.map(|f| f.iter().map(|v| v.to_vec()).collect());
            let w: Vec<&str> = sheet.points.iter().map(|p| p.weight.as_str()).collect();
            writeln!(
                out,
                "{}",
                serde_json::json!({"q": q.as_str(), "kind": kind, "labels": labels, "f": f, "w": w})
            )
            .unwrap();
        };
        for c in &tune {
            emit(
                &c.question,
                &c.kind.to_string(),
                &c.answer,
                c.points.iter().map(|v| v.as_str().to_owned()).collect(),
            );
        }
        for (at, q) in guide().questions().enumerate() {
            if sheets.contains_key(&q.id)
                && !labelled_report.contains(&q.id)
                && (at % step == 0 || tuned.contains(&q.id))
            {
                let t = |k| q.section(k).map_or("", |s| s.markdown.as_str());
                use viva_core::guide::SectionKind::{Explanation, ShortAnswer};
                emit(
                    &q.id,
                    "own",
                    &format!("{}\n\n{}", t(ShortAnswer), t(Explanation)),
                    sheets[&q.id].points.iter().map(|_| "covered".to_owned()).collect(),
                );
                emit(
                    &q.id,
                    "short",
                    t(ShortAnswer),
                    sheets[&q.id].points.iter().map(|_| "?".to_owned()).collect(),
                );
            }
        }
        cached.save();
        println!("names {:?}", viva_interview::grading::POINT_FEATURES);
        if std::env::var("DUMP").is_ok() {
            return;
        }
    }
    let fitted = wait(fit(&grader, guide(), &tune, &withheld, 1)).unwrap();
    cached.save();
    println!(
        "fit {:?} {} {} {}",
        started.elapsed(),
        fitted.partial_from,
        fitted.covered_from,
        fitted.contradicted_from
    );
    for l in [&fitted.support, &fitted.contradiction] {
        for (n, w) in l.features.iter().zip(&l.weights) {
            print!("{n} {w:.2}; ");
        }
        println!();
    }
    std::fs::write(
        root().join("crates/interview/src/grading/calibration.json"),
        serde_json::to_string_pretty(&fitted).unwrap() + "\n",
    )
    .unwrap();
    let grader = SemanticGrader::new(cached.clone(), fitted);
    let sheets = sheets(guide());
    for half in [Half::Tune, Half::Report] {
        let cases = labelled(half);
        let graded = wait(grade_all(&grader, &sheets, &cases, &|| {})).unwrap();
        println!("{half:?}\n{}", summarise(&cases, &graded).table());
        if half == Half::Tune {
            for (c, g) in cases.iter().zip(&graded) {
                if !c.kind.fits(g.score) {
                    println!("  {} {} {:.2} {}", c.id, c.kind, g.score, c.question);
                }
            }
        }
    }
    let few: std::collections::HashMap<_, _> = sheets
        .iter()
        .filter(|(id, _)| step == 1 || guide().questions().position(|q| q.id == **id).unwrap() % step == 1)
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    let own = wait(own_answers(&grader, guide(), &few, &|| {})).unwrap();
    cached.save();
    let low: Vec<_> = own.iter().filter(|(_, g)| g.score < 0.9).collect();
    println!("own below 0.9: {} of {} {:?}", low.len(), own.len(), started.elapsed());
    for (id, g) in low.iter().take(60) {
        println!(
            "{id} {:.2} {:?}",
            g.score,
            g.verdicts
                .iter()
                .map(|v| v.as_str().chars().nth(if v.as_str() == "contradicted" { 3 } else { 0 }).unwrap())
                .collect::<String>()
        );
    }
}
