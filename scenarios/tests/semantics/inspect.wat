;; Lets in what is called "open" and nothing else; traps when asked about "boom".
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "accept_message" (func $accept))
  (import "ic0" "msg_method_name_size" (func $size (result i32)))
  (memory 1)
  (func (export "canister_inspect_message")
    (if (i32.eq (call $size) (i32.const 5)) (then unreachable))
    (if (i32.eq (call $size) (i32.const 6)) (then (call $accept) (call $accept)))
    (if (i32.eq (call $size) (i32.const 4)) (then (call $accept))))
  (func (export "canister_update open") (call $reply))
  (func (export "canister_update no") (call $reply))
  (func (export "canister_update boom!") (call $reply))
  (func (export "canister_update twice!") (call $reply)))
