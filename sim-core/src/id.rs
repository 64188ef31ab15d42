//! Names of things: subnets, canisters, messages.

use ic_principal::Principal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How many canister ids one subnet owns: 2^20 consecutive ones, as on the network.
pub const CANISTERS_PER_SUBNET: u64 = 1 << 20;

/// A subnet, by its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubnetId(u16);

impl SubnetId {
    /// The subnet at place `index`.
    pub const fn new(index: u16) -> Self {
        SubnetId(index)
    }

    /// The subnet's place in the scenario.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The principal canisters see as the id of their subnet (29 bytes, class self-authenticating).
    pub fn principal(self) -> Principal {
        let mut bytes = [0u8; 29];
        bytes[..6].copy_from_slice(b"subnet");
        bytes[6..8].copy_from_slice(&self.0.to_be_bytes());
        bytes[28] = 2;
        Principal::from_slice(&bytes)
    }

    /// The subnet a principal names, if it has the form of [`SubnetId::principal`].
    pub fn from_principal(principal: &Principal) -> Option<SubnetId> {
        let bytes = principal.as_slice();
        let index = u16::from_be_bytes([*bytes.get(6)?, *bytes.get(7)?]);
        let subnet = SubnetId(index);
        (subnet.principal() == *principal).then_some(subnet)
    }
}

impl fmt::Display for SubnetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subnet {}", self.0)
    }
}

/// A canister. On the wire its principal is the number in eight big-endian bytes followed by
/// `0x01 0x01` (`CanisterId::from_u64`, `rs/types/base_types` in `dfinity/ic`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanisterId(u64);

impl CanisterId {
    /// A canister that exists on no subnet: where calls to other principals go, and fail.
    pub const NOBODY: CanisterId = CanisterId(u64::MAX);

    /// The management canister, `aaaaa-aa`: every subnet answers for it itself.
    pub const MANAGEMENT: CanisterId = CanisterId(u64::MAX - 1);

    /// The cycles minting canister, `rkp4c-7iaaa-aaaaa-aaaca-cai`: the only one that may create
    /// cycles (`CYCLES_MINTING_CANISTER_ID`, `rs/nns/constants` in `dfinity/ic`).
    pub const CYCLES_MINTING: CanisterId = CanisterId(4);

    /// The management canister of another subnet. Its number is the last of the subnet's range, so
    /// that messages find their way there.
    pub const fn management_of(subnet: SubnetId) -> CanisterId {
        CanisterId::on(subnet, (CANISTERS_PER_SUBNET - 1) as u32)
    }

    /// Whether this is the management canister, of whatever subnet.
    pub const fn is_management(self) -> bool {
        self.0 == CanisterId::MANAGEMENT.0
            || (self.0 != CanisterId::NOBODY.0
                && self.0 % CANISTERS_PER_SUBNET == CANISTERS_PER_SUBNET - 1)
    }

    /// Whom a call to `principal` goes to.
    pub fn called(principal: &Principal) -> CanisterId {
        match CanisterId::from_principal(principal) {
            Some(canister) => canister,
            None if *principal == Principal::management_canister() => CanisterId::MANAGEMENT,
            None => match SubnetId::from_principal(principal) {
                Some(subnet) => CanisterId::management_of(subnet),
                None => CanisterId::NOBODY,
            },
        }
    }

    /// The canister numbered `local` on `subnet`.
    pub const fn on(subnet: SubnetId, local: u32) -> Self {
        CanisterId(subnet.0 as u64 * CANISTERS_PER_SUBNET + local as u64)
    }

    /// The subnet whose range the id lies in.
    pub const fn subnet(self) -> SubnetId {
        SubnetId((self.0 / CANISTERS_PER_SUBNET) as u16)
    }

    /// The number of the canister within its subnet.
    pub const fn local(self) -> usize {
        (self.0 % CANISTERS_PER_SUBNET) as usize
    }

    /// The whole number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The canister's principal.
    pub fn principal(self) -> Principal {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&self.0.to_be_bytes());
        bytes[8] = 1;
        bytes[9] = 1;
        Principal::from_slice(&bytes)
    }

    /// The canister a principal names, if it has the form of a canister id.
    pub fn from_principal(principal: &Principal) -> Option<Self> {
        let bytes: &[u8; 10] = principal.as_slice().try_into().ok()?;
        let (number, suffix) = bytes.split_first_chunk::<8>()?;
        let number = u64::from_be_bytes(*number);
        // Numbers beyond the last subnet's range name nothing.
        let known = number / CANISTERS_PER_SUBNET < u64::from(u16::MAX);
        (suffix == [1, 1] && known).then_some(CanisterId(number))
    }
}

impl fmt::Display for CanisterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.principal().to_text())
    }
}

impl Serialize for CanisterId {
    /// As a principal; for machines as its number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CanisterId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return u64::deserialize(deserializer).map(CanisterId);
        }
        let text = String::deserialize(deserializer)?;
        let principal = Principal::from_text(&text).map_err(serde::de::Error::custom)?;
        CanisterId::from_principal(&principal)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is the id of no canister")))
    }
}

/// An ingress message or an inter-canister request; its response carries the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(u64);

impl MessageId {
    /// The `sequence`-th message made on `subnet`.
    pub const fn new(subnet: SubnetId, sequence: u64) -> Self {
        MessageId((subnet.0 as u64) << 48 | (sequence & 0xffff_ffff_ffff))
    }

    /// The message of a number that [`MessageId::as_u64`] gave.
    pub const fn from_u64(number: u64) -> Self {
        MessageId(number)
    }

    /// The subnet it was made on.
    pub const fn subnet(self) -> SubnetId {
        SubnetId((self.0 >> 48) as u16)
    }

    /// The whole number, unique in a run.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// A text that is no message's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no message; expected an id such as 0.17, as in the first column of messages.csv")]
pub struct InvalidMessageId(String);

impl FromStr for MessageId {
    type Err = InvalidMessageId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('.').and_then(|(subnet, sequence)| {
            let sequence = sequence.parse().ok().filter(|sequence| *sequence < 1u64 << 48)?;
            Some((subnet.parse().ok()?, sequence))
        });
        let (subnet, sequence) = numbers.ok_or_else(|| InvalidMessageId(text.to_owned()))?;
        Ok(MessageId::new(SubnetId::new(subnet), sequence))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 >> 48, self.0 & 0xffff_ffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canister_id_survives_its_principal() {
        let id = CanisterId::on(SubnetId::new(3), 17);
        assert_eq!(CanisterId::from_principal(&id.principal()), Some(id));
        assert_eq!((id.subnet(), id.local()), (SubnetId::new(3), 17));
    }

    #[test]
    fn a_message_id_reads_back_as_itself() {
        let id = MessageId::new(SubnetId::new(3), 17);
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "3", "3.", ".17", "3.x", "70000.1", "3.281474976710656"] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_look_as_on_the_network() {
        // The ledger, canister number 2 of the first range.
        let ledger = CanisterId::on(SubnetId::new(0), 2);
        assert_eq!(ledger.to_string(), "ryjl3-tyaaa-aaaaa-aaaba-cai");
    }

    #[test]
    fn numbers_beyond_every_subnet_name_no_canister() {
        for number in [1u64 << 36, u64::MAX, u64::MAX - 1] {
            let mut bytes = [1; 10];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            assert_eq!(CanisterId::from_principal(&Principal::from_slice(&bytes)), None);
        }
    }

    #[test]
    fn other_principals_are_no_canisters() {
        assert_eq!(CanisterId::from_principal(&Principal::anonymous()), None);
        assert_eq!(CanisterId::from_principal(&Principal::management_canister()), None);
    }
}
