//! A canister on the interpreter as it comes: nothing is counted, nothing can be undone. What
//! everything else is compared with.

use wasmi::{
    Caller, CompilationMode, Config, Engine, Error, Extern, Func, Linker, Memory, Module, Store,
    Val,
};

/// As little of the System API as the measured methods need.
struct Host {
    arg: Vec<u8>,
    reply: Vec<u8>,
    stable: Vec<u8>,
    memory: Option<Memory>,
}

/// A canister without metering.
pub(crate) struct Plain {
    store: Store<Host>,
    instance: wasmi::Instance,
    method: Option<Func>,
}

impl Plain {
    /// An instance of `module`.
    pub(crate) fn new(module: &[u8]) -> Self {
        let mut config = Config::default();
        config.compilation_mode(CompilationMode::Eager);
        config.set_max_recursion_depth(100_000).set_max_stack_height(64 << 20);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, module).expect("is valid");
        let host = Host { arg: Vec::new(), reply: Vec::new(), stable: Vec::new(), memory: None };
        let mut store = Store::new(&engine, host);
        let mut linker = Linker::new(&engine);
        link(&mut linker);
        // The rest does nothing.
        for import in module.imports() {
            let ty = import.ty().func().expect("only functions are imported").clone();
            let results: Vec<Val> =
                ty.results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
            let stub = move |_: Caller<'_, Host>, _: &[Val], out: &mut [Val]| {
                out.clone_from_slice(&results);
                Ok(())
            };
            // Fails where there is one already.
            let _ = linker.func_new(import.module(), import.name(), ty, stub);
        }
        let instance = linker.instantiate_and_start(&mut store, &module).expect("can be");
        let memories = instance.exports(&store).filter_map(|export| export.into_memory());
        let memory = memories.last();
        store.data_mut().memory = memory;
        Plain { store, instance, method: None }
    }

    /// Calls the function exported as `name`; the same one is called again by [`Plain::again`].
    pub(crate) fn call(&mut self, name: &str, arg: &[u8]) {
        self.store.data_mut().arg = arg.to_vec();
        let found = self.instance.get_export(&self.store, name).and_then(Extern::into_func);
        self.method = found;
        self.again();
    }

    /// The last call again.
    pub(crate) fn again(&mut self) {
        let method = self.method.expect("was called before");
        self.store.data_mut().reply.clear();
        method.call(&mut self.store, &[], &mut []).expect("does not trap");
    }
}

type Called<'a> = Caller<'a, Host>;

fn parts<'a>(caller: &'a mut Called<'_>) -> (&'a mut [u8], &'a mut Host) {
    let memory = caller.data().memory.expect("memory is exported");
    memory.data_and_store_mut(caller)
}

fn copy(mut caller: Called<'_>, to: u64, from: u64, len: u64) {
    let (heap, host) = parts(&mut caller);
    let (to, from, len) = (to as usize, from as usize, len as usize);
    heap[to..to + len].copy_from_slice(&host.arg[from..from + len]);
}

fn append(mut caller: Called<'_>, from: u64, len: u64) {
    let (heap, host) = parts(&mut caller);
    host.reply.extend_from_slice(&heap[from as usize..(from + len) as usize]);
}

fn link(linker: &mut Linker<Host>) {
    let size = |caller: Called<'_>| caller.data().arg.len() as i32;
    linker.func_wrap("ic0", "msg_arg_data_size", size).expect("is new");
    let copy32 = |caller: Called<'_>, to: u32, from: u32, len: u32| {
        copy(caller, to.into(), from.into(), len.into());
    };
    linker.func_wrap("ic0", "msg_arg_data_copy", copy32).expect("is new");
    let append32 = |caller: Called<'_>, from: u32, len: u32| {
        append(caller, from.into(), len.into());
    };
    linker.func_wrap("ic0", "msg_reply_data_append", append32).expect("is new");
    let trap = |_: Called<'_>, _: i32, _: i32| Err::<(), _>(Error::new("trapped"));
    linker.func_wrap("ic0", "trap", trap).expect("is new");
    link_stable(linker);
}

fn link_stable(linker: &mut Linker<Host>) {
    let pages = |caller: Called<'_>| (caller.data().stable.len() >> 16) as i64;
    linker.func_wrap("ic0", "stable64_size", pages).expect("is new");
    let grow = |mut caller: Called<'_>, by: i64| {
        let stable = &mut caller.data_mut().stable;
        let former = stable.len() >> 16;
        stable.resize((former + by as usize) << 16, 0);
        former as i64
    };
    linker.func_wrap("ic0", "stable64_grow", grow).expect("is new");
    let read = |mut caller: Called<'_>, to: u64, from: u64, len: u64| {
        let (heap, host) = parts(&mut caller);
        let source = &host.stable[from as usize..(from + len) as usize];
        heap[to as usize..(to + len) as usize].copy_from_slice(source);
    };
    linker.func_wrap("ic0", "stable64_read", read).expect("is new");
    let write = |mut caller: Called<'_>, to: u64, from: u64, len: u64| {
        let (heap, host) = parts(&mut caller);
        let source = &heap[from as usize..(from + len) as usize];
        host.stable[to as usize..(to + len) as usize].copy_from_slice(source);
    };
    linker.func_wrap("ic0", "stable64_write", write).expect("is new");
}
