//! `fetch_canister_logs`, a query.

use super::{Answer, Subnet, Used, failure};
use crate::canister::options::may_see;
use crate::management::method::{Audience, Method};
use crate::management::{FetchLogsArgs, FetchLogsReply, LogEntry, decode, reply};
use crate::reject::ErrorCode;
use crate::runtime::{Payload, Response};
use crate::time::SimTime;
use ic_principal::Principal;

impl Subnet {
    /// Answers a query to the management canister.
    pub(crate) fn query_management(
        &mut self,
        method: &str,
        arg: &Payload,
        sender: Principal,
        now: SimTime,
    ) -> Response {
        self.round_start = now;
        let known = Method::named(method).filter(|known| known.audience() == Audience::Queries);
        let answer = match known {
            Some(_) => self.fetch_logs(arg, sender),
            None => {
                let message = format!("Query method {method} not found.");
                Err(failure(ErrorCode::CanisterMethodNotFound, message))
            }
        };
        match answer {
            Ok(reply) => Response::Reply(reply),
            Err(error) => Response::Reject(crate::execution::reject_of(error)),
        }
    }

    fn fetch_logs(&self, arg: &[u8], sender: Principal) -> Answer {
        let args: FetchLogsArgs = decode(arg)?;
        let canister = &self.canisters[self.place(args.canister_id, &mut Used::default())?];
        if !may_see(&canister.options.log_visibility, &sender, &canister.controllers) {
            let message = format!("Caller {sender} is not allowed to access canister logs");
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        }
        let entry = |line: &crate::canister::log::LogLine| LogEntry {
            idx: line.index,
            timestamp_nanos: line.at,
            content: line.text.to_vec(),
        };
        Ok(reply(&FetchLogsReply {
            canister_log_records: canister.log.lines().map(entry).collect(),
        }))
    }
}
