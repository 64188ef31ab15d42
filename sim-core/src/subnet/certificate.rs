//! Certificates of certified data, as queries get them: a hash tree in CBOR with the canister's certified
//! data and the time. The signature is a constant, since nobody signs.
//!
//! After the interface specification, "Certification", "Encoding of certificates".

use crate::id::CanisterId;
use crate::runtime::Payload;

/// CBOR's mark that what follows is CBOR, and a map of two entries.
const SELF_DESCRIBED_MAP: [u8; 4] = [0xd9, 0xd9, 0xf7, 0xa2];
const SIGNATURE: [u8; 48] = [0; 48];

/// Kinds of nodes of a hash tree.
const FORK: u8 = 1;
const LABELED: u8 = 2;
const LEAF: u8 = 3;

const ARRAY: u8 = 0x80;
const BYTES: u8 = 0x40;
const TEXT: u8 = 0x60;

/// The certificate of a canister's certified data at a time in nanoseconds since 1970.
pub(super) fn of(canister: CanisterId, data: &[u8], time: u64) -> Payload {
    let data = labeled("certified_data".as_bytes(), &leaf(data));
    let canister = labeled("canister".as_bytes(), &labeled(canister.principal().as_slice(), &data));
    let time = labeled("time".as_bytes(), &leaf(&leb128(time)));
    let mut bytes = SELF_DESCRIBED_MAP.to_vec();
    head(&mut bytes, TEXT, "tree".len());
    bytes.extend_from_slice(b"tree");
    bytes.extend(node(FORK, &[canister, time]));
    head(&mut bytes, TEXT, "signature".len());
    bytes.extend_from_slice(b"signature");
    bytes.extend(byte_string(&SIGNATURE));
    bytes.into()
}

fn head(out: &mut Vec<u8>, kind: u8, len: usize) {
    match len {
        0..24 => out.push(kind | len as u8),
        24..256 => out.extend([kind | 24, len as u8]),
        _ => {
            out.push(kind | 25);
            out.extend((len as u16).to_be_bytes());
        }
    }
}

fn byte_string(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    head(&mut bytes, BYTES, content.len());
    bytes.extend_from_slice(content);
    bytes
}

fn node(kind: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    head(&mut bytes, ARRAY, parts.len() + 1);
    bytes.push(kind);
    bytes.extend(parts.iter().flatten());
    bytes
}

fn labeled(label: &[u8], tree: &[u8]) -> Vec<u8> {
    node(LABELED, &[byte_string(label), tree.to_vec()])
}

fn leaf(content: &[u8]) -> Vec<u8> {
    node(LEAF, &[byte_string(content)])
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;

    #[test]
    fn a_certificate_holds_the_certified_data() {
        let certificate = of(CanisterId::on(SubnetId::new(0), 1), b"BAR", 300);
        assert!(certificate.starts_with(&SELF_DESCRIBED_MAP));
        assert!(certificate.windows(3).any(|window| window == b"BAR"));
    }

    #[test]
    fn times_are_encoded_seven_bits_a_byte() {
        assert_eq!(leb128(300), [0xac, 0x02]);
        assert_eq!(leb128(0), [0]);
    }
}
