//! Delta debugging: the smallest part of a list that still does what the whole list does.
//!
//! A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2), 2002.
//! The result is 1-minimal: without any one of its items it does no longer.

/// The items that `fails` needs, in their order.
pub fn ddmin<T: Clone>(items: Vec<T>, fails: &mut dyn FnMut(&[T]) -> bool) -> Vec<T> {
    if items.is_empty() || fails(&[]) {
        return Vec::new();
    }
    let mut items = items;
    let mut parts = 2;
    while items.len() > 1 {
        let size = items.len().div_ceil(parts);
        let without = |begin: usize| {
            let end = (begin + size).min(items.len());
            [&items[..begin], &items[end..]].concat()
        };
        let smaller = (0..items.len()).step_by(size).map(without).find(|rest| fails(rest));
        match smaller {
            Some(rest) => {
                items = rest;
                parts = (parts - 1).max(2);
            }
            None if parts >= items.len() => break,
            None => parts = (parts * 2).min(items.len()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_found_wherever_it_lies() {
        for needed in [vec![3], vec![0, 99], vec![17, 18, 60], vec![]] {
            let mut fails = |items: &[i32]| needed.iter().all(|item| items.contains(item));
            assert_eq!(ddmin((0..100).collect(), &mut fails), needed);
        }
    }

    #[test]
    fn nothing_can_be_left_out_of_the_result() {
        // Any three items will do.
        let mut fails = |items: &[i32]| items.len() >= 3;
        assert_eq!(ddmin((0..50).collect(), &mut fails).len(), 3);
    }
}
