//! Operations that the model has a price for.

use super::numbers;
use super::{Pair, Question};
use sim_core::fees::{BitcoinCall, FeeSchedule, IdleUse, StorageUse};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

const GIB: Bytes = Bytes::new(1 << 30);

/// What the operation costs; `None` if it is none of these.
pub(super) fn answer(question: &Question<'_>) -> Result<Option<Vec<Pair>>, String> {
    if let Some(price) = published(question) {
        return Ok(Some(question.costs(price)));
    }
    let fees = &*question.fees;
    let op = question.op;
    let price = match op {
        "instructions_to_cycles" => fees.instructions(question.instructions("instructions")?),
        "update/heartbeat execution net charge" => {
            let used = question.instructions("instructions")?;
            fees.execution_cost(question.instructions("message_limit")?, used)
        }
        "ingress induction" => fees.ingress(question.bytes("bytes")?),
        "response transmission refund" => fees.response_refund(question.bytes("response_bytes")?),
        "freezing threshold in cycles" => FeeSchedule::threshold_of(
            question.cycles("idle_burn_per_day")?,
            question.number("freezing_threshold_s")?,
            question.cycles("reserved_balance")?,
        ),
        "ResourceSaturation.reservation_factor" => {
            let bytes = |field| question.bytes(field);
            let usage = StorageUse::new(bytes("usage")?, bytes("threshold")?, bytes("capacity")?);
            Cycles::new(usage.share_of(question.number("value")?).into())
        }
        _ if op.starts_with("http_request (legacy") => http(question)?,
        _ if op.starts_with("memory ") => match memory(question)? {
            Some(price) => price,
            None => return Ok(None),
        },
        _ if op.starts_with("bitcoin_") => return bitcoin(question),
        _ if op.starts_with("inter-canister call") => return withdrawn(question).map(Some),
        _ => return Ok(None),
    };
    Ok(Some(question.costs(price)))
}

/// Prices of one unit, as published, and others that depend on no field but the subnet.
fn published(question: &Question<'_>) -> Option<Cycles> {
    let (fees, prices) = (&*question.fees, &question.profile.fees);
    let second = SimDuration::from_secs(1);
    let outcall = |request: u64, response: u64| {
        let one = fees.http_outcall(Bytes::new(request), Bytes::new(response));
        one.saturating_sub(fees.http_outcall(Bytes::ZERO, Bytes::ZERO))
    };
    let word = question.op.split([' ', '(']).next().unwrap_or_default();
    Some(match word {
        "canister_creation" => fees.canister_creation(),
        "compute_allocation_percent_second" => fees.compute(1, second),
        "update_message_execution" => fees.execution(Instructions::ZERO),
        "xnet_call" => fees.request_transmission(Bytes::ZERO),
        "xnet_byte" => fees.scale(prices.call_byte),
        "ingress_message_reception" => fees.ingress(Bytes::ZERO),
        "ingress_byte_reception" => fees.scale(prices.ingress_byte),
        "gib_storage_second" => fees.storage(GIB, second),
        "http_outcall_base" => fees.http_outcall(Bytes::ZERO, Bytes::ZERO),
        "http_request_byte" => outcall(1, 0),
        "http_response_byte_reserved" => outcall(0, 1),
        "sign_with_ecdsa" | "sign_with_schnorr" | "vetkd_derive_key" => fees.signature(),
        "fetch_canister_logs" => {
            let in_words = || numbers::all(question.op).first().copied();
            let bytes = question.case["bytes"].as_u64().or_else(in_words);
            fees.log_fetch(Bytes::new(bytes.unwrap_or(0)))
        }
        "upload_chunk" => {
            Cycles::new(question.profile.limits.upload_chunk_instructions.get().into())
        }
        "scale_cost" => fees.scale(Cycles::new(u128::from(*numbers::all(question.op).first()?))),
        _ => {
            let billions: u64 = word.strip_suffix("B_instructions")?.parse().ok()?;
            let instructions = Instructions::new(billions.checked_mul(1_000_000_000)?);
            fees.scale(fees.instructions(instructions))
        }
    })
}

/// A response limit in words stands for none.
fn http(question: &Question<'_>) -> Result<Cycles, String> {
    let request = question.bytes("request_bytes")?;
    let limit = &question.case["max_response_bytes"];
    if limit.is_null() || limit.as_str().is_some_and(|text| text.starts_with("null")) {
        return Ok(question.fees.http_outcall_without_limit(request));
    }
    Ok(question.fees.http_outcall(request, question.bytes("max_response_bytes")?))
}

/// Memory for a time: the direct formula, a day of a canister, or a share of that day.
fn memory(question: &Question<'_>) -> Result<Option<Cycles>, String> {
    if question.case["bytes"].is_null() {
        return Ok(None);
    }
    let (op, bytes) = (question.op, question.bytes("bytes")?);
    let stated = numbers::seconds_after(op, "for ");
    let time = || -> Result<SimDuration, String> {
        let seconds = question.number_or("seconds", stated.unwrap_or(1))?;
        Ok(SimDuration::from_secs(seconds))
    };
    Ok(Some(if op.starts_with("memory cost") {
        question.fees.storage(bytes, time()?)
    } else if op.starts_with("memory idle burn per day") {
        question.fees.idle_per_day(IdleUse { memory: bytes, ..IdleUse::default() })
    } else if op.starts_with("memory charge") {
        question.fees.idle_storage(bytes, time()?)
    } else {
        return Ok(None);
    }))
}

fn bitcoin(question: &Question<'_>) -> Result<Option<Vec<Pair>>, String> {
    let mut words = question.op.split_whitespace();
    let (method, network) = (words.next().unwrap_or_default(), words.next());
    let mainnet = match network {
        Some("mainnet") => true,
        Some("testnet") => false,
        _ => return Ok(None),
    };
    let bytes = Bytes::new(question.number_or("bytes", 0)?);
    let instructions = Instructions::new(question.number_or("instructions", 0)?);
    let call = match method {
        "bitcoin_get_balance" | "bitcoin_get_current_fee_percentiles" => BitcoinCall::Balance,
        "bitcoin_get_utxos" | "bitcoin_get_block_headers" => BitcoinCall::Utxos(instructions),
        "bitcoin_send_transaction" => BitcoinCall::Send(bytes),
        _ => return Ok(None),
    };
    let base = question.fees.bitcoin(call, mainnet);
    let per_byte = question.op.contains("per byte") || question.op.contains("/byte");
    let price = match call {
        BitcoinCall::Send(bytes) if per_byte && bytes.is_zero() => {
            let one = question.fees.bitcoin(BitcoinCall::Send(Bytes::new(1)), mainnet);
            one.saturating_sub(base)
        }
        _ => base,
    };
    let mut pairs = question.costs(price);
    if let Some(stated) = question.case.get("minimum_attached_cycles") {
        let attached = question.fees.bitcoin_attached(call, mainnet);
        let found = attached.map_or("null".to_owned(), |cycles| cycles.get().to_string());
        pairs.push(("minimum_attached_cycles".to_owned(), stated.to_string(), found));
    }
    Ok(Some(pairs))
}

/// What `call_perform` takes, in all and part by part.
fn withdrawn(question: &Question<'_>) -> Result<Vec<Pair>, String> {
    let fees: &Arc<FeeSchedule> = &question.fees;
    let bytes = question.bytes("method_bytes")? + question.bytes("payload_bytes")?;
    let attached = Cycles::new(question.number_or("attached_cycles", 0)?.into());
    let mut pairs = question.costs(fees.call_hold(bytes) + attached);
    let parts = [
        ("call", fees.request_transmission(Bytes::ZERO)),
        ("bytes", fees.response_transmission(bytes)),
        ("resp", fees.largest_response()),
        ("exec", fees.execution_prepayment()),
    ];
    for (name, found) in parts {
        let stated = &question.case["parts"][name];
        if !stated.is_null() {
            pairs.push((format!("parts.{name}"), stated.to_string(), found.get().to_string()));
        }
    }
    Ok(pairs)
}
