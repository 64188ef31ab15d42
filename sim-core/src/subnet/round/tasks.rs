//! Heartbeats and timers: who gets one in a round, and whether before or after its messages.

use super::super::Subnet;
use crate::canister::{Canister, ScheduledMethod, Status, SystemTask};

impl Subnet {
    /// Gives canisters their heartbeat, and their timer if that is due. Each canister takes turns
    /// between timer, heartbeat and messages (`initialize_inner_round`, `rs/execution_environment/src/
    /// scheduler.rs`): when the turn is the messages' and there are some, tasks wait a round.
    pub(super) fn plan_tasks(&mut self) {
        let now = self.unix_time();
        self.canisters.wake_timers(now);
        for (_, canister) in self.canisters.awake_mut() {
            let Some(code) = &canister.code else { continue };
            if canister.status != Status::Running || canister.is_in_progress() {
                continue;
            }
            let exports = code.program.exports();
            let due = canister.timer.is_some_and(|time| time <= now) && exports.global_timer;
            let heartbeat = exports.heartbeat;
            if due || heartbeat {
                choose(canister, heartbeat, due);
            }
        }
    }

    /// Tasks that did not get their turn are planned anew in the next round.
    pub(super) fn discard_tasks(&mut self) {
        for (_, canister) in self.canisters.awake_mut() {
            canister
                .tasks
                .retain(|task| !matches!(task, SystemTask::Heartbeat | SystemTask::GlobalTimer));
        }
    }
}

/// Goes on with the canister's rotation until something is found that can run.
fn choose(canister: &mut Canister, heartbeat: bool, timer: bool) {
    for _ in 0..ScheduledMethod::COUNT {
        let turn = canister.next_method;
        canister.next_method = turn.next();
        let tasks = match turn {
            ScheduledMethod::Message if !canister.input.is_empty() => return,
            ScheduledMethod::Heartbeat if heartbeat => {
                [Some(SystemTask::Heartbeat), timer.then_some(SystemTask::GlobalTimer)]
            }
            ScheduledMethod::GlobalTimer if timer => {
                [Some(SystemTask::GlobalTimer), heartbeat.then_some(SystemTask::Heartbeat)]
            }
            _ => continue,
        };
        for task in tasks.into_iter().flatten().rev() {
            canister.tasks.push_front(task);
        }
        return;
    }
}
