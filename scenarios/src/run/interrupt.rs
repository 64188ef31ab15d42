//! Ctrl-C: a flag that a run looks at between steps.

use super::Failed;
use super::exit::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    requested: AtomicBool,
    at_once: AtomicBool,
}

impl Interrupt {
    /// A flag that Ctrl-C sets from now on. A process has one handler: if there is one already,
    /// this flag stays unset and the earlier one is served.
    pub fn on_ctrl_c() -> Interrupt {
        let interrupt = Interrupt::default();
        let pressed = interrupt.clone();
        let _ = ctrlc::set_handler(move || pressed.ctrl_c());
        interrupt
    }

    fn ctrl_c(&self) {
        if self.0.at_once.load(Ordering::Relaxed) {
            eprintln!("icsim: {}", Failed::Interrupted);
            std::process::exit(Exit::Interrupted.code().into());
        }
        self.request();
    }

    /// Does `work` that takes long, looks at no flag and leaves nothing behind: meanwhile Ctrl-C
    /// ends the process at once.
    pub fn at_once<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.at_once.store(true, Ordering::Relaxed);
        let result = work();
        self.0.at_once.store(false, Ordering::Relaxed);
        result
    }

    /// Asks to stop.
    pub fn request(&self) {
        self.0.requested.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }

    /// Ends the run here if somebody asked to stop.
    ///
    /// # Errors
    /// [`Failed::Interrupted`].
    pub fn check(&self) -> Result<(), Failed> {
        if self.requested() { Err(Failed::Interrupted) } else { Ok(()) }
    }
}
