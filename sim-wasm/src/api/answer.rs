//! Results of System API functions, as modules with 32-bit and with 64-bit addresses see them.

use wasmi::Val;

/// A number of bytes or things: as wide as the module's addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size(u64);

impl From<usize> for Size {
    fn from(size: usize) -> Self {
        Size(size as u64)
    }
}

/// A result in the width a module's type for the function has.
pub(super) trait Answer {
    /// The type with 32-bit addresses.
    type Narrow: Value;
    /// The type with 64-bit addresses.
    type Wide: Value;
    /// The result with 32-bit addresses.
    fn narrow(self) -> Self::Narrow;
    /// The result with 64-bit addresses.
    fn wide(self) -> Self::Wide;
}

macro_rules! same_in_both {
    ($($type:ty),*) => {$(
        impl Answer for $type {
            type Narrow = $type;
            type Wide = $type;
            fn narrow(self) -> $type {
                self
            }
            fn wide(self) -> $type {
                self
            }
        }
    )*};
}
same_in_both!((), u32, u64);

impl Answer for Size {
    type Narrow = u32;
    type Wide = u64;

    fn narrow(self) -> u32 {
        // What is sized came out of a memory or a limit below 4 GiB.
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    fn wide(self) -> u64 {
        self.0
    }
}

/// A value as Wasm gets it.
pub(super) trait Value {
    /// The value, if any.
    fn value(&self) -> Option<Val>;
}

impl Value for () {
    fn value(&self) -> Option<Val> {
        None
    }
}

impl Value for u32 {
    fn value(&self) -> Option<Val> {
        Some(Val::I32(*self as i32))
    }
}

impl Value for u64 {
    fn value(&self) -> Option<Val> {
        Some(Val::I64(*self as i64))
    }
}
