//! What has certainly been executed at each place of a function body, while it is read once from
//! beginning to end.
//!
//! Facts are kept in a list to which each barrier adds one. Where a construct ends, those stay that
//! hold on every way there: the shortest list of all branches to it, and no longer than the list
//! ever was in between, since what was added later is something else.

use wasmparser::Operator;

/// A construct that is open.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    /// Facts at its start.
    start: usize,
    /// Facts that hold on every branch to its end so far; `None` without one.
    branches: Option<usize>,
    /// The least facts after a shortening since its start.
    floor: usize,
    /// Assignments to locals before its start.
    assigned: usize,
    /// Its start is never reached.
    dead: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
    Else,
}

/// The constructs around a place, and the facts that hold there.
#[derive(Debug)]
pub(super) struct Frames<F> {
    open: Vec<Frame>,
    facts: Vec<F>,
    /// The place is never reached.
    dead: bool,
}

/// At the end of a construct, assignments since this number may have happened or not.
pub(super) type Uncertain = Option<usize>;

impl<F> Frames<F> {
    /// The start of a function.
    pub(super) fn new() -> Self {
        let mut frames = Frames { open: Vec::new(), facts: Vec::new(), dead: false };
        frames.enter(Kind::Block, 0);
        frames
    }

    /// The facts, the latest first.
    pub(super) fn facts(&self) -> impl Iterator<Item = &F> {
        self.facts.iter().rev()
    }

    /// Adds a fact.
    pub(super) fn add(&mut self, fact: F) {
        self.facts.push(fact);
    }

    fn enter(&mut self, kind: Kind, assigned: usize) {
        let (start, dead) = (self.facts.len(), self.dead);
        let floor = usize::MAX;
        self.open.push(Frame { kind, start, branches: None, floor, assigned, dead });
    }

    pub(super) fn block(&mut self, assigned: usize) {
        self.enter(Kind::Block, assigned);
    }

    pub(super) fn start_loop(&mut self, assigned: usize) {
        self.enter(Kind::Loop, assigned);
    }

    pub(super) fn start_if(&mut self, assigned: usize) {
        self.enter(Kind::If, assigned);
    }

    /// A branch to the construct that is `depth` further out.
    fn branch(&mut self, depth: u32) {
        if self.dead {
            return;
        }
        let facts = self.facts.len();
        let at = self.open.len().checked_sub(depth as usize + 1);
        if let Some(frame) = at.and_then(|at| self.open.get_mut(at)) {
            frame.branches = Some(frame.branches.unwrap_or(facts).min(facts));
        }
    }

    /// True if the place is never reached.
    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    /// Reads `operator`, if it is one that leaves constructs. False if it is not.
    pub(super) fn leave(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::BrIf { relative_depth } => {
                self.branch(*relative_depth);
                return true;
            }
            Operator::Br { relative_depth } => self.branch(*relative_depth),
            Operator::BrTable { targets } => {
                let depths = targets.targets().flatten().chain([targets.default()]);
                depths.for_each(|depth| self.branch(depth));
            }
            Operator::Return
            | Operator::Unreachable
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. } => {}
            _ => return false,
        }
        self.stop();
        true
    }

    /// What follows is not reached from here.
    fn stop(&mut self) {
        self.dead = true;
    }

    /// From the first arm of an `if` to the second.
    pub(super) fn otherwise(&mut self) -> Uncertain {
        self.branch(0);
        let frame = self.open.last_mut()?;
        frame.kind = Kind::Else;
        frame.floor = frame.floor.min(frame.start);
        self.facts.truncate(frame.start);
        self.dead = frame.dead;
        Some(frame.assigned)
    }

    /// The end of the innermost construct.
    pub(super) fn end(&mut self) -> Uncertain {
        let frame = self.open.pop()?;
        if frame.kind == Kind::Loop {
            self.lower(frame.floor);
            return None;
        }
        let joined = frame.joined();
        let through = (!self.dead).then_some(self.facts.len());
        let certain = match (joined, through) {
            (Some(joined), Some(through)) => joined.min(through),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => frame.start,
        };
        self.dead = joined.is_none() && through.is_none();
        let shortened = certain < self.facts.len();
        self.facts.truncate(certain);
        self.lower(if shortened { frame.floor.min(certain) } else { frame.floor });
        joined.map(|_| frame.assigned)
    }

    /// The list of facts has been as short as `floor` since the construct started.
    fn lower(&mut self, floor: usize) {
        if let Some(frame) = self.open.last_mut() {
            frame.floor = frame.floor.min(floor);
        }
    }
}

impl Frame {
    /// Facts that hold on every way to the end but the one straight through the last arm; `None`
    /// if there is no other way.
    fn joined(&self) -> Option<usize> {
        let branches = self.branches.map(|facts| facts.min(self.floor));
        match self.kind {
            Kind::If if !self.dead => Some(branches.unwrap_or(self.start).min(self.start)),
            _ => branches,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(frames: &Frames<u32>) -> Vec<u32> {
        frames.facts().copied().collect()
    }

    #[test]
    fn what_a_branch_skips_is_not_certain() {
        let mut frames = Frames::new();
        frames.add(1);
        frames.block(0);
        frames.add(2);
        frames.branch(0);
        frames.add(3);
        assert_eq!(frames.end(), Some(0));
        assert_eq!(facts(&frames), [2, 1]);
    }

    #[test]
    fn a_block_nobody_leaves_early_is_as_if_it_were_not_there() {
        let mut frames = Frames::new();
        frames.block(0);
        frames.start_loop(0);
        frames.add(1);
        frames.branch(0);
        assert_eq!((frames.end(), frames.end()), (None, None));
        assert_eq!(facts(&frames), [1]);
    }

    #[test]
    fn of_two_arms_only_what_came_before_is_certain() {
        let mut frames = Frames::new();
        frames.add(1);
        frames.start_if(0);
        frames.add(2);
        assert_eq!(frames.otherwise(), Some(0));
        frames.add(3);
        assert_eq!(frames.end(), Some(0));
        assert_eq!(facts(&frames), [1]);
    }

    #[test]
    fn an_arm_that_never_ends_does_not_count() {
        let mut frames = Frames::new();
        frames.start_if(0);
        frames.add(1);
        frames.stop();
        frames.otherwise();
        frames.add(2);
        assert_eq!(frames.end(), None);
        assert_eq!(facts(&frames), [2]);
    }

    #[test]
    fn an_if_without_else_may_be_skipped() {
        let mut frames = Frames::new();
        frames.start_if(7);
        frames.add(1);
        assert_eq!(frames.end(), Some(7));
        assert!(facts(&frames).is_empty());
    }

    #[test]
    fn a_place_in_the_list_taken_by_another_fact_does_not_count() {
        let mut frames = Frames::new();
        frames.block(0);
        frames.block(0);
        frames.add(1);
        frames.branch(1);
        frames.branch(0);
        frames.add(2);
        frames.branch(0);
        frames.end();
        frames.end();
        assert_eq!(facts(&frames), [1]);

        let mut frames = Frames::new();
        frames.block(0);
        frames.start_if(0);
        frames.add(1);
        frames.branch(1);
        frames.end();
        frames.add(2);
        frames.end();
        assert!(facts(&frames).is_empty());
    }
}
