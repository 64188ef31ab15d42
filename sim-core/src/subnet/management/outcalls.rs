//! `http_request`: the request is paid for, the response is simulated and goes through the caller's
//! transform.

use super::delayed::Pending;
use super::{Answer, Subnet, Verdict, failure};
use crate::fees::Charge;
use crate::management::outcalls::{HttpArgs, HttpResponse, TransformArgs, TransformContext};
use crate::management::{decode, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload, Response};
use crate::units::Bytes;

const OK: u16 = 200;

impl Subnet {
    /// `http_request`.
    pub(super) fn http_request(&mut self, call: &mut ManagementCall) -> Result<Verdict, Failure> {
        let args: HttpArgs = decode(&call.arg)?;
        let rules = &self.profile.management;
        if let Some(why) = args.invalid(rules, call.origin.caller()) {
            return Err(failure(ErrorCode::CanisterRejectedMessage, why));
        }
        let most =
            args.max_response_bytes.map_or(self.profile.fees.http_response_default, Bytes::new);
        let (delay, size) = (rules.http_delay.clone(), rules.http_body);
        let charge = Charge::HttpOutcall { request: args.request_bytes(), response: most };
        self.pay(call, charge)?;
        let pending = match args.url.starts_with("https://") {
            true => Pending::Outcall {
                body: self.simulated_body(size),
                transform: args.transform,
                most,
            },
            false => Pending::Known(Err(failure(
                ErrorCode::OutcallFailed,
                format!("the URL {} has no scheme that is supported, which is https", args.url),
            ))),
        };
        Ok(self.wait_for(call, &delay, pending))
    }

    /// A body of printable bytes, of the subnet's stream of what happens outside.
    fn simulated_body(&mut self, size: Bytes) -> Payload {
        let letter = |number: u64| b'a' + (number % 26) as u8;
        (0..size.get()).map(|_| letter(self.outside.next_u64())).collect()
    }

    /// What is answered once the response is there.
    pub(super) fn outcall_response(
        &mut self,
        call: &ManagementCall,
        body: Payload,
        transform: Option<TransformContext>,
        most: Bytes,
    ) -> Answer {
        if body.len() as u64 > most.get() {
            let message = format!("Http body exceeds size limit of {most} bytes.");
            return Err(failure(ErrorCode::OutcallFailed, message));
        }
        let response = HttpResponse { status: OK.into(), headers: Vec::new(), body: body.to_vec() };
        let Some(transform) = transform else { return Ok(reply(&response)) };
        let method = transform.method().to_owned();
        let arg = reply(&TransformArgs { response, context: transform.context });
        let Some(caller) = Self::calling_canister(call).filter(|id| id.subnet() == self.id) else {
            return Err(failure(ErrorCode::CanisterNotFound, "the caller is gone"));
        };
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[caller.local()];
        match executor.run_transform(canister, &method, arg) {
            Response::Reply(transformed) => {
                let transformed: HttpResponse = decode(&transformed)?;
                Ok(reply(&transformed))
            }
            Response::Reject(reject) => Err(failure(reject.code, &*reject.message)),
        }
    }
}
