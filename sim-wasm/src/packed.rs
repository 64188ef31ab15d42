//! Modules packed by gzip.

use flate2::read::GzDecoder;
use sim_core::reject::ErrorCode;
use sim_core::runtime::InvalidModule;
use sim_core::units::Bytes;
use std::borrow::Cow;
use std::io::Read;

/// The first bytes of a gzip file.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// The module itself. No more than `limit` bytes, and one to tell, are ever unpacked.
///
/// # Errors
/// It is larger than `limit`, or damaged.
pub(crate) fn unpack(module: &[u8], limit: Bytes) -> Result<Cow<'_, [u8]>, InvalidModule> {
    let limit = limit.get();
    if !module.starts_with(&GZIP) {
        return if module.len() as u64 > limit {
            Err(refused(format!("it has {} bytes, the limit is {limit}", module.len())))
        } else {
            Ok(Cow::Borrowed(module))
        };
    }
    let mut unpacked = Vec::new();
    let mut reader = GzDecoder::new(module).take(limit.saturating_add(1));
    match reader.read_to_end(&mut unpacked) {
        Err(error) => Err(refused(format!("it cannot be unpacked: {error}"))),
        Ok(_) if unpacked.len() as u64 > limit => {
            Err(refused(format!("unpacked it has more than {limit} bytes")))
        }
        Ok(_) => Ok(Cow::Owned(unpacked)),
    }
}

fn refused(reason: String) -> InvalidModule {
    InvalidModule { code: ErrorCode::CanisterInvalidWasm, reasons: vec![reason] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory takes all");
        encoder.finish().expect("memory takes all")
    }

    #[test]
    fn what_was_packed_is_unpacked_up_to_the_limit() {
        let packed = pack(&[7; 1_000]);
        assert_eq!(unpack(&packed, Bytes::new(1_000)).expect("fits"), vec![7; 1_000]);
        assert!(unpack(&packed, Bytes::new(999)).is_err());
        assert!(unpack(&[1; 10], Bytes::new(10)).is_ok());
        assert!(unpack(&[1; 11], Bytes::new(10)).is_err());
    }

    #[test]
    fn damage_is_found() {
        let mut packed = pack(&[7; 1_000]);
        packed.truncate(packed.len() - 5);
        assert!(unpack(&packed, Bytes::new(1_000)).is_err());
    }
}
