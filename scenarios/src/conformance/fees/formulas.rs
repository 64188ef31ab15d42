//! Prices that are worked out: over a year, for a fuller subnet, by properties of several prices.

use super::numbers::{self, after, all, seconds_after};
use super::{Pair, Question};
use crate::conformance::instructions::burned_by;
use crate::script::Runtimes;
use sim_core::fees::{IdleUse, StorageUse};
use sim_core::id::{CanisterId, SubnetId};
use sim_core::ledger::{Account, Ledger};
use sim_core::network::SubnetKind;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Reject, Response};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles, Instructions};

const GIB: u64 = 1 << 30;
const SECOND: SimDuration = SimDuration::from_secs(1);
const SECONDS_PER_YEAR: u128 = 365 * 86_400;
/// Published prices by the month count 30 days, and are rounded to billions.
const SECONDS_PER_MONTH: u128 = 30 * 86_400;
const BILLION: u128 = 1_000_000_000;

/// What is asked, worked out; `None` if it is not known how.
pub(super) fn answer(
    question: &Question<'_>,
    runtimes: &Runtimes,
) -> Result<Option<Vec<Pair>>, String> {
    let op = question.op;
    let found = if op.starts_with("empty heartbeat") {
        heartbeats(question)
    } else if op.starts_with("adjusted empty heartbeat") {
        adjusted_heartbeat(question)
    } else if op.contains("GiB for one year") {
        year_of_storage(question)
    } else if op.starts_with("storage per GiB-month") {
        let month = question.fees.storage(Bytes::new(GIB), SECOND).get() * SECONDS_PER_MONTH;
        Some(Cycles::new((month + BILLION / 2) / BILLION * BILLION))
    } else if op.starts_with("compute allocation") {
        compute(question)
    } else if op.starts_with("max execution charge") {
        let limit = all(op).first().map(|limit| Instructions::new(*limit));
        limit.map(|limit| question.fees.execution(limit))
    } else if op.starts_with("response whose callback is not executed") {
        Some(question.fees.execution(Instructions::ZERO))
    } else if op.starts_with("wasm64 prepayment minus wasm32") {
        let wide = question.fees.wasm64().execution_prepayment();
        Some(wide.saturating_sub(question.fees.execution_prepayment()))
    } else if op.starts_with("ResourceSaturation(") {
        saturation(op)
    } else if op.starts_with("system subnet") {
        Some(free(question))
    } else {
        return by_property(question, runtimes);
    };
    Ok(found.map(|found| question.costs(found)))
}

fn heartbeat(question: &Question<'_>, nodes: Option<u64>) -> Cycles {
    let fees = nodes.map_or_else(|| question.fees.clone(), |nodes| question.on_nodes(nodes));
    fees.execution_cost(question.profile.limits.message_instructions, Instructions::new(1))
}

/// One empty heartbeat, or those of a year at one every so many milliseconds.
fn heartbeats(question: &Question<'_>) -> Option<Cycles> {
    let one = heartbeat(question, None);
    if !question.op.contains("per year") {
        return Some(one);
    }
    let interval = numbers::milliseconds_after(question.op, "every ")?;
    Some(Cycles::new(one.get() * (SECONDS_PER_YEAR * 1_000 / u128::from(interval.max(1)))))
}

/// `X*13/34`: X is the price on 34 nodes.
fn adjusted_heartbeat(question: &Question<'_>) -> Option<Cycles> {
    let [_, by, nodes] = all(question.op)[..] else { return None };
    let price = heartbeat(question, Some(nodes)).get();
    Some(Cycles::new(price * u128::from(by) / u128::from(nodes.max(1))))
}

/// So many GiB for a year, second by second; perhaps scaled back from another size each second.
fn year_of_storage(question: &Question<'_>) -> Option<Cycles> {
    let numbers = all(question.op);
    let bytes = Bytes::new(numbers.first()?.checked_mul(GIB)?);
    let second = match numbers[..] {
        [_] => question.fees.storage(bytes, SECOND).get(),
        [_, nodes, by, of] => {
            let there = question.on_nodes(nodes).storage(bytes, SECOND).get();
            there * u128::from(by) / u128::from(of.max(1))
        }
        _ => return None,
    };
    Some(Cycles::new(second * SECONDS_PER_YEAR))
}

fn compute(question: &Question<'_>) -> Option<Cycles> {
    let percent = all(question.op).first().copied()?;
    let time = SimDuration::from_secs(seconds_after(question.op, "for ")?);
    Some(question.fees.compute(percent, time))
}

/// `ResourceSaturation(usage,threshold,capacity).add(n).reservation_factor(value)`.
fn saturation(op: &str) -> Option<Cycles> {
    let [usage, threshold, capacity, ref rest @ ..] = all(op)[..] else { return None };
    let storage = StorageUse::new(Bytes::new(usage), Bytes::new(threshold), Bytes::new(capacity));
    let (storage, value) = match rest {
        [value] => (storage, *value),
        [more, value] => (storage.plus(Bytes::new(*more)), *value),
        _ => return None,
    };
    Some(Cycles::new(storage.share_of(value).into()))
}

/// The largest of all prices of a system subnet.
fn free(question: &Question<'_>) -> Cycles {
    let fees = question.schedule_of(SubnetKind::System, super::NODES);
    let bytes = Bytes::new(1 << 20);
    let prices = [
        fees.execution(Instructions::new(1 << 40)),
        fees.execution_prepayment(),
        fees.ingress(bytes),
        fees.request_transmission(bytes),
        fees.response_transmission(bytes),
        fees.call_hold(bytes),
        fees.storage(Bytes::new(GIB), SimDuration::from_secs(1 << 20)),
        fees.compute(100, SimDuration::from_secs(1 << 20)),
        fees.canister_creation(),
    ];
    prices.into_iter().max().unwrap_or_default()
}

/// What is not one price: lists, properties, formulas, effects.
fn by_property(question: &Question<'_>, runtimes: &Runtimes) -> Result<Option<Vec<Pair>>, String> {
    let op = question.op;
    if op.starts_with("memory costing exactly 1 cycle/s") {
        return Ok(charges_by_interval(question));
    }
    if op.starts_with("storage reservation: allocate") {
        return Ok(reservation(question));
    }
    if op.starts_with("freezing threshold with reserved") {
        return Ok(threshold_property(question));
    }
    if op.starts_with("reject response size") {
        return Ok(reject_size(question));
    }
    if op.starts_with("withdraw for transfer") {
        return Ok(withdrawal(question));
    }
    if op.starts_with("cycles_burn128(") {
        return burn(question, runtimes);
    }
    Ok(None)
}

/// Of memory that costs a cycle each second, what is charged after each of some times.
fn charges_by_interval(question: &Question<'_>) -> Option<Vec<Pair>> {
    let fee = u64::try_from(question.profile.fees.storage_gib_second.get()).ok()?;
    let bytes = Bytes::new(GIB.div_ceil(fee.max(1)));
    let interval = question.profile.fees.allocation_charge_interval;
    let charge = |seconds: u64| {
        let time = SimDuration::from_secs(seconds);
        if time < interval { 0 } else { question.fees.idle_storage(bytes, time).get() }
    };
    let times = question.op.split("after ").skip(1).map(|rest| all(rest).first().copied());
    let found: Vec<String> =
        times.map(|seconds| seconds.map(|time| charge(time).to_string())).collect::<Option<_>>()?;
    let expected = question.case["expected_cycles"].to_string();
    Some(vec![("expected_cycles".to_owned(), expected, format!("[{}]", found.join(",")))])
}

/// `period*fee(1GB)*(30*30)/100/2`, on a subnet of 200 GB that reserves above 100 GB.
fn reservation(question: &Question<'_>) -> Option<Vec<Pair>> {
    let gib = |number: u64| number.checked_mul(GIB).map(Bytes::new);
    let (more, used) = (gib(after(question.op, "allocate")?)?, gib(after(question.op, "usage")?)?);
    let formula = question.case["expected_cycles"].as_str()?;
    let rest = formula.strip_prefix("period*fee(1GB)")?.strip_suffix("/100/2")?;
    let part = match rest.strip_prefix("*(").and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => numbers::value(inside.split('(').next()?)?,
        None if rest.is_empty() => 1,
        None => return None,
    };
    let period = u128::from(question.profile.fees.storage_reservation_period.as_secs());
    let fee = question.fees.storage(Bytes::new(GIB), SECOND).get();
    let before = StorageUse::new(used, gib(100)?, gib(200)?);
    let found = question.fees.reservation(more, before).get().to_string();
    Some(vec![("expected_cycles".to_owned(), (period * fee * part / 200).to_string(), found)])
}

/// What is reserved lowers the threshold by as much.
fn threshold_property(question: &Question<'_>) -> Option<Vec<Pair>> {
    let [more, less] = all(question.op)[..] else { return None };
    let idle = IdleUse { memory: Bytes::new(GIB), ..IdleUse::default() };
    let seconds = question.profile.limits.freezing_threshold_seconds;
    let with = |reserved: u64| {
        question.fees.freezing_threshold(idle, seconds, Cycles::new(reserved.into())).get()
    };
    let wanted = with(more) + u128::from(more - less.min(more));
    Some(vec![("threshold".to_owned(), wanted.to_string(), with(less).to_string())])
}

/// `len(message)+1`.
fn reject_size(question: &Question<'_>) -> Option<Vec<Pair>> {
    let formula = question.case["expected_cycles"].as_str()?;
    let more: usize = formula.strip_prefix("len(message)+")?.parse().ok()?;
    let message = "a message";
    let code = ErrorCode::CanisterRejectedMessage;
    let reject = Response::Reject(Reject { code, message: message.into() });
    let found = reject.payload_bytes().get().to_string();
    Some(vec![("bytes".to_owned(), (message.len() + more).to_string(), found)])
}

/// `total t, reserved r, withdraw w`: what is left of the main balance.
fn withdrawal(question: &Question<'_>) -> Option<Vec<Pair>> {
    let [total, reserved, amount] =
        all(question.op)[..].try_into().ok().map(|three: [u64; 3]| three.map(cycles))?;
    let mut ledger = Ledger::default();
    let mut account = Account::of(CanisterId::on(SubnetId::new(0), 0));
    ledger.mint(&mut account, total);
    ledger.reserve(&mut account, reserved).ok()?;
    let result = if ledger.attach(&mut account, amount).is_ok() { "\"Ok\"" } else { "\"Err\"" };
    let expected = &question.case["expected_cycles"];
    let main = account.balance().get().to_string();
    Some(vec![
        ("result".to_owned(), expected["result"].to_string(), result.to_owned()),
        ("main_balance".to_owned(), expected["main_balance"].to_string(), main),
    ])
}

fn cycles(number: u64) -> Cycles {
    Cycles::new(number.into())
}

/// `cycles_burn128(n) with balance b, freezing threshold t`: run as a canister would.
fn burn(question: &Question<'_>, runtimes: &Runtimes) -> Result<Option<Vec<Pair>>, String> {
    let numbers: Vec<u64> = all(question.op.trim_start_matches("cycles_burn128"));
    let [amount, balance, threshold] = numbers[..] else { return Ok(None) };
    let (balance, threshold) = (Cycles::new(balance.into()), Cycles::new(threshold.into()));
    let burned = burned_by(&question.profile, runtimes, amount, balance, threshold)?;
    let expected = &question.case["expected_cycles"];
    let pair = |name: &str, found: Cycles| {
        (name.to_owned(), expected[name].to_string(), found.get().to_string())
    };
    Ok(Some(vec![pair("burned", burned), pair("balance", balance.saturating_sub(burned))]))
}
