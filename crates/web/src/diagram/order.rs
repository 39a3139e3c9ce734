//! The order of boxes within their ranks, and their places along them.

use super::layout::Item;

/// How often the ranks are swept; crossings stop falling well before (Sugiyama et al. 1981 use a handful).
const SWEEPS: usize = 16;

/// Sorts each rank by the mean place of its neighbours, up and down in turn; members of a group stay together.
pub(super) fn order(items: &[Item], ranks: &mut [Vec<usize>], links: &[(usize, usize)]) {
    let mut above = vec![Vec::new(); items.len()];
    let mut below = vec![Vec::new(); items.len()];
    for (upper, lower) in links {
        above[*lower].push(*upper);
        below[*upper].push(*lower);
    }
    let mut place = vec![0.0; items.len()];
    let spread = |rank: &[usize], place: &mut [f64]| {
        rank.iter().enumerate().for_each(|(at, item)| place[*item] = (at as f64 + 0.5) / rank.len() as f64);
    };
    for rank in ranks.iter() {
        spread(rank, &mut place);
    }
    for sweep in 0..SWEEPS {
        let downwards = sweep % 2 == 0;
        let neighbours = if downwards { &above } else { &below };
        let mut sequence: Vec<usize> = (0..ranks.len()).collect();
        if !downwards {
            sequence.reverse();
        }
        for at in sequence {
            let wanted = |item: usize| mean(&neighbours[item], &place).unwrap_or(place[item]);
            let group_mean = |item: usize| match items[item].group {
                None => wanted(item),
                group => {
                    let members: Vec<usize> =
                        ranks[at].iter().copied().filter(|other| items[*other].group == group).collect();
                    members.iter().map(|member| wanted(*member)).sum::<f64>() / members.len() as f64
                }
            };
            let mut keyed: Vec<(f64, Option<usize>, f64, usize)> = ranks[at]
                .iter()
                .map(|item| (group_mean(*item), items[*item].group, wanted(*item), *item))
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
            ranks[at] = keyed.into_iter().map(|(.., item)| item).collect();
            spread(&ranks[at], &mut place);
        }
    }
}

/// Centres along the ranks, as near as can be to the mean of the neighbours without touching each other.
pub(super) fn place(items: &[Item], ranks: &[Vec<usize>], links: &[(usize, usize)], gap: f64) -> Vec<f64> {
    let mut neighbours = vec![Vec::new(); items.len()];
    for (upper, lower) in links {
        neighbours[*lower].push(*upper);
        neighbours[*upper].push(*lower);
    }
    let mut centre = vec![0.0; items.len()];
    for rank in ranks {
        let mut at = 0.0;
        for item in rank {
            centre[*item] = at + items[*item].along / 2.0;
            at += items[*item].along + gap;
        }
        let middle = at / 2.0;
        for item in rank {
            centre[*item] -= middle;
        }
    }
    for sweep in 0..SWEEPS {
        let mut sequence: Vec<&Vec<usize>> = ranks.iter().collect();
        if sweep % 2 == 1 {
            sequence.reverse();
        }
        for rank in sequence {
            let wanted: Vec<f64> =
                rank.iter().map(|item| mean(&neighbours[*item], &centre).unwrap_or(centre[*item])).collect();
            settle(items, rank, &wanted, gap, &mut centre);
        }
    }
    centre
}

/// The places nearest to `wanted` (least squares) that keep order and distance: isotonic regression by pooling
/// neighbours that would overlap (Ayer et al. 1955).
fn settle(items: &[Item], rank: &[usize], wanted: &[f64], gap: f64, centre: &mut [f64]) {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(rank.len());
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (at, item) in rank.iter().enumerate() {
        if at > 0 {
            offset += f64::midpoint(items[rank[at - 1]].along, items[*item].along) + gap;
        }
        offsets.push(offset);
        pools.push((wanted[at] - offset, 1));
        while let [.., (left, n), (right, m)] = pools[..] {
            if left <= right {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((left * n as f64 + right * m as f64) / (n + m) as f64, n + m));
        }
    }
    let settled = pools.into_iter().flat_map(|(value, count)| std::iter::repeat_n(value, count));
    for ((item, offset), value) in rank.iter().zip(offsets).zip(settled) {
        centre[*item] = value + offset;
    }
}

fn mean(of: &[usize], place: &[f64]) -> Option<f64> {
    (!of.is_empty()).then(|| of.iter().map(|at| place[*at]).sum::<f64>() / of.len() as f64)
}
