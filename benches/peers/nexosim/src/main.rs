//! PHOLD on nexosim, on one thread: one model with 1,024 places, 16,384 pending events that each schedule
//! one more. Prints events for each second of processor time.

use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PLACES: u64 = 1_024;
const PENDING: u64 = 16 * PLACES;
const SECONDS: u64 = 12;

static EVENTS: AtomicU64 = AtomicU64::new(0);

#[derive(Serialize, Deserialize)]
struct Places {
    random: u64,
}

#[Model]
impl Places {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for number in 0..PENDING {
            let delay = Duration::from_nanos(number + 1);
            cx.schedule_event(delay, schedulable!(Self::hop), (number % PLACES, number))
                .expect("lies ahead");
        }
    }

    #[nexosim(schedulable)]
    fn hop(&mut self, (_place, payload): (u64, u64), cx: &Context<Self>) {
        EVENTS.fetch_add(1, Ordering::Relaxed);
        let mixed = payload.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (payload >> 29);
        let to = self.draw() % PLACES;
        let unit = (self.draw() >> 11) as f64 / (1u64 << 53) as f64;
        let delay = Duration::from_secs_f64(0.1 - 0.9 * (1.0 - unit).ln());
        cx.schedule_event(delay, schedulable!(Self::hop), (to, mixed)).expect("lies ahead");
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.random;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
}

fn main() {
    let places = Places { random: 1 };
    let start = MonotonicTime::EPOCH;
    let bench = SimInit::with_num_threads(1).add_model(places, Mailbox::new(), "places");
    let mut simulation = bench.init(start).expect("starts");
    let begin = on_processor();
    simulation.step_until(start + Duration::from_secs(SECONDS)).expect("runs");
    let nanos = on_processor() - begin;
    println!("{:.0}", EVENTS.load(Ordering::Relaxed) as f64 / nanos * 1e9);
}

/// Nanoseconds that Linux has had the process on a processor, all its threads together.
fn on_processor() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux tells processor time");
    let nanos = |task: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        let told = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        told.split_whitespace().next()?.parse().ok()
    };
    tasks.filter_map(nanos).sum()
}
