//! Thins a line out to what can be seen.

use crate::scene::Point;

/// Columns per pixel in which points are told apart.
const COLUMNS: f64 = 2.0;

/// Keeps of each column of pixels the first, lowest, highest and last point, in order. Drawn, the
/// line looks as before (U. Jugel et al., "M4: A Visualization-Oriented Time Series Data
/// Aggregation", VLDB 2014). Points come with ascending x.
pub fn decimate(points: Vec<Point>) -> Vec<Point> {
    let column = |point: &Point| libm::floor(point.0 * COLUMNS) as i64;
    points.chunk_by(|a, b| column(a) == column(b)).flat_map(extremes).collect()
}

fn extremes(points: &[Point]) -> impl Iterator<Item = Point> {
    let by_height = |a: &usize, b: &usize| points[*a].1.total_cmp(&points[*b].1);
    let highest = (0..points.len()).min_by(by_height).unwrap_or(0);
    let lowest = (0..points.len()).max_by(by_height).unwrap_or(0);
    let mut kept = [0, highest, lowest, points.len().saturating_sub(1)];
    kept.sort_unstable();
    let mut places = kept.to_vec();
    places.dedup();
    places.into_iter().filter_map(|place| points.get(place).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_of_each_column_survive() {
        let points = vec![(0.0, 5.0), (0.1, 9.0), (0.2, 6.0), (0.3, 1.0), (0.4, 5.0), (3.0, 2.0)];
        let kept = vec![(0.0, 5.0), (0.1, 9.0), (0.3, 1.0), (0.4, 5.0), (3.0, 2.0)];
        assert_eq!(decimate(points), kept);
    }

    #[test]
    fn a_line_of_few_points_stays_as_it_is() {
        let points = vec![(0.0, 1.0), (10.0, 2.0)];
        assert_eq!(decimate(points.clone()), points);
        assert!(decimate(Vec::new()).is_empty());
    }
}
