//! Reading diagrams: membership, boxes, projection and rewriting by boxes.

use std::collections::HashMap;

use super::{Bound, BoxVisitor, Diagrams, Exhausted, FULL, Id, NONE, Operation};

impl<B: Bound> Diagrams<B> {
    /// The terminal that a point reaches; `point` holds one coordinate a level.
    pub fn evaluate(&self, mut id: Id, point: &[B]) -> Id {
        while let Some(level) = self.level(id) {
            let edges = self.edges(id);
            let coordinate = point[level as usize];
            let index = edges.partition_point(|(bound, _)| *bound < coordinate);
            id = edges[index].1;
        }
        id
    }

    /// Calls `visit` with each box of the set, as inclusive intervals by level, in rising order; untested levels span
    /// the whole line. The boxes are disjoint. Stops when `visit` says false.
    pub fn each_box(&self, set: Id, levels: usize, visit: BoxVisitor<'_, B>) -> bool {
        let mut intervals = vec![(B::MIN, B::MAX); levels];
        self.visit_boxes(set, &mut intervals, visit)
    }

    fn visit_boxes(&self, id: Id, intervals: &mut [(B, B)], visit: BoxVisitor<'_, B>) -> bool {
        let Some(level) = self.level(id) else {
            return id != FULL || visit(intervals);
        };
        let mut low = B::MIN;
        for &(bound, child) in self.edges(id) {
            intervals[level as usize] = (low, bound);
            if !self.visit_boxes(child, intervals, visit) {
                return false;
            }
            low = bound.next();
        }
        intervals[level as usize] = (B::MIN, B::MAX);
        true
    }

    /// The least interval of each level that holds the whole set. Levels a path does not test span the whole line.
    pub fn hull(&self, set: Id, levels: usize) -> Vec<(B, B)> {
        let mut done = HashMap::new();
        self.hull_of(set, levels, &mut done)
    }

    fn hull_of(&self, id: Id, levels: usize, done: &mut HashMap<Id, Vec<(B, B)>>) -> Vec<(B, B)> {
        let Some(level) = self.level(id) else { return vec![(B::MIN, B::MAX); levels] };
        if let Some(hull) = done.get(&id) {
            return hull.clone();
        }
        let mut hull: Option<Vec<(B, B)>> = None;
        let mut low = B::MIN;
        for &(bound, child) in self.edges(id) {
            if child != super::EMPTY {
                let mut own = self.hull_of(child, levels, done);
                own[level as usize] = (low, bound);
                hull = Some(match hull {
                    None => own,
                    Some(hull) => hull.iter().zip(&own).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).collect(),
                });
            }
            low = bound.next();
        }
        let hull = hull.unwrap_or_else(|| vec![(B::MIN, B::MAX); levels]);
        done.insert(id, hull.clone());
        hull
    }

    /// Forgets a level: what is in the set for some coordinate of it.
    pub fn project(&mut self, set: Id, level: u8) -> Result<Id, Exhausted> {
        let mut done = HashMap::new();
        self.project_into(set, level, &mut done)
    }

    fn project_into(&mut self, id: Id, level: u8, done: &mut HashMap<Id, Id>) -> Result<Id, Exhausted> {
        let Some(own) = self.level(id).filter(|own| *own <= level) else {
            return Ok(id);
        };
        if let Some(result) = done.get(&id) {
            return Ok(*result);
        }
        let edges = self.edges(id).to_vec();
        let result = if own == level {
            let children = edges.into_iter().map(|(_, child)| child).collect();
            self.fold_balanced(Operation::Or, children, super::EMPTY)?
        } else {
            let mut projected = Vec::with_capacity(edges.len());
            for (bound, child) in edges {
                projected.push((bound, self.project_into(child, level, done)?));
            }
            self.node(own, &projected)?
        };
        done.insert(id, result);
        Ok(result)
    }

    /// The node of these edges, which must rise up to [`Bound::MAX`] and lead below `level`.
    pub fn node(&mut self, level: u8, edges: &[(B, Id)]) -> Result<Id, Exhausted> {
        let mark = self.pending.len();
        for &(bound, child) in edges {
            self.push_edge(mark, bound, child);
        }
        let result = self.close_node(level, mark);
        if result.is_err() {
            self.pending.truncate(mark);
        }
        result
    }

    /// The product of one interval list a level (`None`: the whole line), `inside` within and [`NONE`] or
    /// [`super::EMPTY`] as `outside` elsewhere.
    pub fn product(&mut self, lists: &[Option<&[(B, B)]>], inside: Id, outside: Id) -> Result<Id, Exhausted> {
        debug_assert!(outside == NONE || outside == super::EMPTY);
        let mut id = inside;
        for (level, list) in lists.iter().enumerate().rev() {
            if let Some(list) = list {
                id = self.test(level as u8, list, id, outside)?;
            }
        }
        Ok(id)
    }

    /// Distinct nodes and their edges below `roots`, for measuring.
    pub fn size(&self, roots: &[Id]) -> (usize, usize) {
        let mut seen = vec![false; self.nodes.len()];
        let mut stack: Vec<Id> = roots.to_vec();
        let (mut nodes, mut edges) = (0, 0);
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id as usize], true) || self.level(id).is_none() {
                continue;
            }
            nodes += 1;
            edges += self.edges(id).len();
            stack.extend(self.edges(id).iter().map(|(_, child)| *child));
        }
        (nodes, edges)
    }
}
