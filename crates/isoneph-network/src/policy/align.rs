//! Which rules two policies share in the same order.
//!
//! A packet that matches no unaligned rule of either policy meets the same aligned rule first in both, so the policies
//! can differ only inside what unaligned rules match. For a policy and its near copy that is a tiny part.

use super::Rule;

/// Rules without a partner, by place in each list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Unaligned {
    pub(crate) left: Vec<usize>,
    pub(crate) right: Vec<usize>,
}

/// The rules outside a longest common subsequence; [`None`] when there are more than `limit`.
pub(crate) fn unaligned(left: &[&Rule], right: &[&Rule], limit: usize) -> Option<Unaligned> {
    let prefix = left.iter().zip(right).take_while(|(a, b)| a.means_the_same(b)).count();
    let (left_rest, right_rest) = (&left[prefix..], &right[prefix..]);
    let suffix = left_rest.iter().rev().zip(right_rest.iter().rev()).take_while(|(a, b)| a.means_the_same(b)).count();
    let left_rest = &left_rest[..left_rest.len() - suffix];
    let right_rest = &right_rest[..right_rest.len() - suffix];
    if left_rest.len().abs_diff(right_rest.len()) > limit {
        return None;
    }
    let mut script = edit_script(left_rest, right_rest, limit)?;
    script.left.iter_mut().for_each(|index| *index += prefix);
    script.right.iter_mut().for_each(|index| *index += prefix);
    Some(script)
}

/// Myers' greedy shortest edit script, given up beyond `limit` edits.
fn edit_script(left: &[&Rule], right: &[&Rule], limit: usize) -> Option<Unaligned> {
    let (n, m) = (left.len(), right.len());
    // furthest[d][k + d]: how far the left list is read on diagonal k after d edits.
    let mut furthest: Vec<Vec<usize>> = Vec::new();
    for edits in 0..=limit.min(n + m) {
        let mut row = vec![0; 2 * edits + 1];
        for (slot, reach) in row.iter_mut().enumerate().step_by(2) {
            // Diagonal k = x - y = slot - edits; the row before has one slot less on each side.
            let start = match furthest.last() {
                None => 0,
                Some(before) => step(before, slot).0,
            };
            let mut x = start;
            let Some(mut y) = (x + edits).checked_sub(slot) else { continue };
            while x < n && y < m && left[x].means_the_same(right[y]) {
                x += 1;
                y += 1;
            }
            *reach = x;
            if x >= n && y >= m {
                return Some(trace(&furthest, edits, slot, left.len(), right.len()));
            }
        }
        furthest.push(row);
    }
    None
}

/// How far the left list is read when `slot` is entered from the row before, and the slot it is entered from there.
fn step(before: &[usize], slot: usize) -> (usize, usize) {
    // From slot - 2 of the row before (a left rule dropped: x grows), or from slot (a right rule inserted).
    let dropped = slot.checked_sub(2).map(|from| (before[from] + 1, from));
    let inserted = before.get(slot).map(|reach| (*reach, slot));
    match (dropped, inserted) {
        (Some(dropped), Some(inserted)) => dropped.max(inserted),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => (0, 0),
    }
}

fn trace(furthest: &[Vec<usize>], edits: usize, slot: usize, n: usize, m: usize) -> Unaligned {
    let mut script = Unaligned::default();
    let mut slot = slot;
    for edit in (1..=edits).rev() {
        let before = &furthest[edit - 1];
        let (x, from) = step(before, slot);
        let y = x + edit - slot;
        if from == slot {
            if y > 0 && y <= m {
                script.right.push(y - 1);
            }
        } else if x > 0 && x <= n {
            script.left.push(x - 1);
        }
        slot = from;
    }
    script.left.reverse();
    script.right.reverse();
    script
}
