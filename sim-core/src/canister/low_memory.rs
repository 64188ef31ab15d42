//! Whether the hook for low Wasm memory is due.
//!
//! After the interface specification, "On low Wasm memory", and
//! `rs/types/types/src/lib.rs` (`OnLowWasmMemoryHookStatus`) of `dfinity/ic`.

/// The state of the hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LowMemoryHook {
    /// There is memory enough.
    #[default]
    NotSatisfied,
    /// Memory has become short, and the hook is to run.
    Ready,
    /// It has run, and memory is still short.
    Executed,
}

impl LowMemoryHook {
    /// The state after memory was measured: `short` if less than the threshold is left.
    pub(crate) fn measured(self, short: bool) -> LowMemoryHook {
        match (short, self) {
            (false, _) => LowMemoryHook::NotSatisfied,
            (true, LowMemoryHook::NotSatisfied) => LowMemoryHook::Ready,
            (true, state) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hook_runs_once_until_memory_is_enough_again() {
        let ready = LowMemoryHook::default().measured(true);
        assert_eq!(ready, LowMemoryHook::Ready);
        assert_eq!(ready.measured(true), LowMemoryHook::Ready);
        assert_eq!(LowMemoryHook::Executed.measured(true), LowMemoryHook::Executed);
        assert_eq!(LowMemoryHook::Executed.measured(false).measured(true), LowMemoryHook::Ready);
    }
}
