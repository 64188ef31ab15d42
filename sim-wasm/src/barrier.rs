//! What rewritten code calls before it writes the heap, and instead of `memory.grow`
//! (see `transform::barrier`).

use crate::failure::Interrupt;
use crate::host::Host;
use crate::rollback::{GRANULE, GRANULE_SHIFT, marks};
use crate::transform::RESERVED;
use wasmi::errors::LinkerError;
use wasmi::{Caller, Error, Linker};

/// Import called before a store into a granule that is not marked; takes the address.
pub(crate) const TOUCH: &str = "touch";
/// Import called before a bulk operation; takes the address and the length of its target.
pub(crate) const TOUCH_RANGE: &str = "touch_range";
/// Import called in place of `memory.grow`.
pub(crate) const GROW: &str = "grow";

/// The name of import `name` in modules with 64-bit memory.
pub(crate) fn wide(name: &str) -> String {
    format!("{name}64")
}

/// Records the granules `first..=last` and marks them.
fn touch(mut caller: Caller<'_, Host>, first: usize, last: usize) {
    let (Some(memory), Some(marks)) = (caller.data().memory, caller.data().marks) else { return };
    for granule in first..=last {
        if marks.data(&caller).get(granule) != Some(&0) {
            continue;
        }
        let (heap, host) = memory.data_and_store_mut(&mut caller);
        host.undo.touch(heap, granule);
        if let Some(mark) = marks.data_mut(&mut caller).get_mut(granule) {
            *mark = 1;
        }
    }
}

fn touch_address(caller: Caller<'_, Host>, address: u64) {
    let granule = (address >> GRANULE_SHIFT) as usize;
    touch(caller, granule, granule);
}

/// A range that is not all within the heap is left alone: writing it traps.
fn touch_range(caller: Caller<'_, Host>, address: u64, len: u64) {
    let size = caller.data().memory.map_or(0, |memory| memory.data_size(&caller)) as u64;
    let end = address.checked_add(len).filter(|end| *end <= size);
    if let Some(last) = end.and_then(|end| end.checked_sub(1)).filter(|_| len > 0) {
        touch(caller, address as usize / GRANULE, last as usize / GRANULE);
    }
}

/// Grows the heap, and the marks with it; `None` if that cannot be.
///
/// # Errors
/// The task may not grow it: that ends the task.
fn grow(mut caller: Caller<'_, Host>, pages: u64) -> Result<Option<u64>, Error> {
    let (Some(memory), Some(marked)) = (caller.data().memory, caller.data().marks) else {
        return Ok(None);
    };
    let before = memory.data_size(&caller);
    let grown = memory.grow(&mut caller, pages);
    let refused = caller.data().message.as_ref().and_then(|message| message.refused_growth.clone());
    if let Some(failure) = refused {
        return Err(Error::host(Interrupt::Fail(failure)));
    }
    let Ok(former) = grown else { return Ok(None) };
    let wanted = marks(memory.data_size(&caller)) - marked.size(&caller);
    caller.data_mut().marks_grow = true;
    let grown = marked.grow(&mut caller, wanted).and_then(|_| match caller.data().page_marks {
        Some(marks) => marks.grow(&mut caller, wanted),
        None => Ok(0),
    });
    caller.data_mut().marks_grow = false;
    if grown.is_err() {
        // Without marks for all of it, writing there would trap.
        return Ok(None);
    }
    let (heap, host) = memory.data_and_store_mut(&mut caller);
    host.undo.grown(heap, before);
    Ok(Some(former))
}

/// Defines the functions for both widths of addresses.
///
/// # Errors
/// A name is defined twice.
pub(crate) fn link(linker: &mut Linker<Host>) -> Result<(), LinkerError> {
    linker.func_wrap(RESERVED, TOUCH, |caller: Caller<'_, Host>, address: u32| {
        touch_address(caller, address.into());
    })?;
    linker.func_wrap(RESERVED, &wide(TOUCH), touch_address)?;
    linker.func_wrap(RESERVED, TOUCH_RANGE, |caller: Caller<'_, Host>, at: u32, len: u32| {
        touch_range(caller, at.into(), len.into());
    })?;
    linker.func_wrap(RESERVED, &wide(TOUCH_RANGE), touch_range)?;
    linker.func_wrap(RESERVED, GROW, |caller: Caller<'_, Host>, pages: u32| {
        let former = grow(caller, pages.into())?;
        Ok::<_, Error>(former.map_or(u32::MAX, |former| former as u32))
    })?;
    linker.func_wrap(RESERVED, &wide(GROW), |caller: Caller<'_, Host>, pages: u64| {
        Ok::<_, Error>(grow(caller, pages)?.unwrap_or(u64::MAX))
    })?;
    Ok(())
}
