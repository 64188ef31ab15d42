//! The message id of the network: a hash over an ingress message's content.
//!
//! After "Request ids" of the interface specification: the SHA-256 of the sorted pairs of hashed field
//! name and hashed value. Block makers order messages that arrived together by it.

use super::{Ingress, Target};
use ic_principal::Principal;
use sha2::{Digest, Sha256};

impl Ingress {
    /// The message's id on the network, for a clock that stood at `start_time` (nanoseconds since
    /// 1970) when the run began.
    pub fn content_hash(&self, start_time: u64) -> [u8; 32] {
        let canister = match self.target {
            Target::Canister(canister) => canister.principal(),
            Target::Management { .. } => Principal::management_canister(),
        };
        let expiry = leb128(start_time.saturating_add(self.expiry.as_nanos()));
        let nonce = self.number.to_le_bytes();
        let fields: [(&str, &[u8]); 7] = [
            ("request_type", b"call"),
            ("canister_id", canister.as_slice()),
            ("method_name", self.method.as_bytes()),
            ("arg", &self.arg),
            ("ingress_expiry", &expiry),
            ("sender", self.sender.as_slice()),
            ("nonce", &nonce),
        ];
        let mut pairs = fields.map(|(name, value)| [sha256(name.as_bytes()), sha256(value)]);
        pairs.sort_unstable();
        sha256(pairs.as_flattened().as_flattened())
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A number in seven bits a byte, the lowest first.
fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use crate::id::{CanisterId, SubnetId};
    use crate::message::Ingress;
    use crate::queues::test_messages::ingress;
    use crate::time::SimTime;

    #[test]
    fn a_recorded_message_has_its_recorded_id() {
        // The fifth ingress message of a replica started at the genesis of the network.
        let target = CanisterId::on(SubnetId::new(0), 0);
        let expiry = SimTime::from_nanos(4 + 300 * 1_000_000_000);
        let message = Ingress { expiry, number: 5, method: "t".into(), ..ingress(target, 1) };
        let id = message.content_hash(1_620_328_630_000_000_000);
        let start: String = id[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(start, "42d5c3e4c26cf837");
    }
}
