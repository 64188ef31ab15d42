//! Ctrl-C: a flag that a run looks at between steps.

use super::Failed;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A flag that Ctrl-C sets from now on. A process has one handler: if there is one already,
    /// this flag stays unset and the earlier one is served.
    pub fn on_ctrl_c() -> Interrupt {
        let interrupt = Interrupt::default();
        let flag = interrupt.clone();
        let _ = ctrlc::set_handler(move || flag.request());
        interrupt
    }

    /// Asks to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Ends the run here if somebody asked to stop.
    ///
    /// # Errors
    /// [`Failed::Interrupted`].
    pub fn check(&self) -> Result<(), Failed> {
        if self.requested() { Err(Failed::Interrupted) } else { Ok(()) }
    }
}
