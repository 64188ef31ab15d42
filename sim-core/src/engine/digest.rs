//! Hashing the trace as it is written, in blocks, so that it costs a few nanoseconds a record.

use crate::history::Digest;

/// Bytes collected before they are hashed: large enough for the hash's vectorised path.
const BLOCK: usize = 64 * 1024;

/// A running hash over everything a process traces.
pub struct Digester {
    hasher: blake3::Hasher,
    block: Vec<u8>,
}

impl Default for Digester {
    fn default() -> Self {
        Digester { hasher: blake3::Hasher::new(), block: Vec::new() }
    }
}

impl Digester {
    /// Adds bytes.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hasher.update(&self.block);
        self.block.clear();
    }

    /// The hash of all bytes written.
    pub fn finish(mut self) -> Digest {
        self.flush();
        Digest(*self.hasher.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(chunks: &[&[u8]]) -> Digest {
        let mut digester = Digester::default();
        chunks.iter().for_each(|chunk| digester.write(chunk));
        digester.finish()
    }

    #[test]
    fn the_digest_does_not_depend_on_how_bytes_are_chunked() {
        let bytes = vec![7u8; 3 * BLOCK + 11];
        let chunked: Vec<&[u8]> = bytes.chunks(1_000).collect();
        assert_eq!(digest(&[&bytes]), digest(&chunked));
        assert_ne!(digest(&[&bytes]), digest(&[&bytes[1..]]));
    }
}
