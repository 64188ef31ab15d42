//! Instances with given memories: what an upgrade keeps, or what was uploaded as a snapshot.

use super::WasmInstance;
use crate::failure::engine_error;
use crate::host::WASM_PAGE;
use crate::image::{CanisterImage, HeapImage, Memories};
use crate::pool::Pool;
use crate::program::CompiledProgram;
use crate::rollback::HEAP_PAGE;
use crate::stable::StableMemory;
use sim_core::runtime::{Failure, GivenState, GlobalValue, StableSource};
use std::sync::Arc;
use wasmi::{F32, F64, V128, Val};

impl WasmInstance {
    /// An instance of `program` that begins with `state`.
    ///
    /// # Errors
    /// The memories or globals do not fit the program.
    pub(crate) fn given(
        program: Arc<CompiledProgram>,
        pool: Arc<Pool>,
        state: GivenState,
    ) -> Result<Self, Failure> {
        let fresh = WasmInstance::new(program.clone(), pool.clone(), StableMemory::default())?;
        let stable = match state.stable {
            StableSource::Bytes(bytes) => StableMemory::with(&bytes),
            StableSource::Image(image) => match image.0.downcast::<StableMemory>() {
                Ok(stable) => *stable,
                Err(_) => return Err(engine_error("stable memory of another runtime")),
            },
        };
        let mut heap = state.heap;
        let least = heap.len().max(fresh.sizes.heap.get() as usize);
        heap.resize(least.next_multiple_of(WASM_PAGE as usize), 0);
        let globals = match state.globals {
            None => fresh.globals.clone(),
            Some(values) => globals(&fresh.globals, &values)?,
        };
        let heap = fresh.look(|live| changed(&heap, live.heap())).unwrap_or_default();
        let memories = Memories { heap, stable };
        let image = CanisterImage { program: program.hash(), globals, memories };
        WasmInstance::restore(program, pool, &image)
    }
}

/// What of `heap` differs from that of a fresh instance, beyond whose end there are zeros.
fn changed(heap: &[u8], fresh: &[u8]) -> HeapImage {
    let differs = |page: &usize| {
        let bytes = page * HEAP_PAGE..(page + 1) * HEAP_PAGE;
        let fresh = fresh.get(bytes.clone()).unwrap_or(&[0; HEAP_PAGE]);
        heap.get(bytes) != Some(fresh)
    };
    let pages = (0..heap.len() / HEAP_PAGE).filter(differs);
    HeapImage::of(heap, heap.len(), pages)
}

/// Values for the globals of a fresh instance, if their number and types are right.
fn globals(fresh: &[Val], given: &[GlobalValue]) -> Result<Vec<Val>, Failure> {
    let values: Vec<Val> = given.iter().map(value).collect();
    let fits = fresh.len() == values.len()
        && fresh.iter().zip(&values).all(|(fresh, given)| fresh.ty() == given.ty());
    if fits { Ok(values) } else { Err(engine_error("the globals do not fit the module")) }
}

fn value(given: &GlobalValue) -> Val {
    match *given {
        GlobalValue::I32(value) => Val::I32(value),
        GlobalValue::I64(value) => Val::I64(value),
        GlobalValue::F32(bits) => Val::F32(F32::from_bits(bits)),
        GlobalValue::F64(bits) => Val::F64(F64::from_bits(bits)),
        GlobalValue::V128(value) => Val::V128(V128::from(value)),
    }
}

/// A global as it is handed out; references are none that last.
pub(super) fn handed_out(value: &Val) -> Option<GlobalValue> {
    Some(match value {
        Val::I32(value) => GlobalValue::I32(*value),
        Val::I64(value) => GlobalValue::I64(*value),
        Val::F32(value) => GlobalValue::F32(value.to_bits()),
        Val::F64(value) => GlobalValue::F64(value.to_bits()),
        Val::V128(value) => GlobalValue::V128(value.as_u128()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_differ_from_a_fresh_heap_are_kept() {
        let fresh = [1; 3 * HEAP_PAGE];
        let mut heap = [[1; 3 * HEAP_PAGE], [0; 3 * HEAP_PAGE]].concat();
        heap[HEAP_PAGE] = 2;
        heap[5 * HEAP_PAGE] = 2;
        let image = changed(&heap, &fresh);
        assert_eq!(image.pages().collect::<Vec<_>>(), [1, 5]);
        assert_eq!(image.len(), heap.len());
    }
}
