;; Makes the call that its argument describes and tells how it went: 0 and the reply, or 1, the
;; reject code, and the cycles that came back in eight bytes; 2 if the call could not be made.
;; Argument: length and bytes of the callee, length and bytes of the method, eight bytes of cycles,
;; the payload.
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
  (import "ic0" "msg_reject_code" (func $reject_code (result i32)))
  (import "ic0" "msg_cycles_refunded" (func $refunded (result i64)))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_data (param i32 i32)))
  (import "ic0" "call_cycles_add" (func $call_cycles (param i64)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (memory 20)
  (table funcref (elem $replied $rejected $replied $rejected_free))
  (data (i32.const 0) "\00\01\02")
  (func $replied (param i32)
    (call $append (i32.const 0) (i32.const 1))
    (call $arg_copy (i32.const 1024) (i32.const 0) (call $arg_size))
    (call $append (i32.const 1024) (call $arg_size))
    (call $reply))
  (func $rejected (param i32)
    (i32.store8 (i32.const 8) (i32.const 1))
    (i32.store8 (i32.const 9) (call $reject_code))
    (i64.store (i32.const 10) (call $refunded))
    (call $append (i32.const 8) (i32.const 10))
    (call $reply))
  (func $perform
    (local $method i32) (local $cycles i32)
    (call $arg_copy (i32.const 1024) (i32.const 0) (call $arg_size))
    (local.set $method (i32.add (i32.const 1025) (i32.load8_u (i32.const 1024))))
    (local.set $cycles
      (i32.add (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))))
    (call $call_new
      (i32.const 1025) (i32.load8_u (i32.const 1024))
      (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
    (call $call_cycles (i64.load (local.get $cycles)))
    (call $call_data
      (i32.add (local.get $cycles) (i32.const 8))
      (i32.sub (i32.add (i32.const 1024) (call $arg_size)) (i32.add (local.get $cycles) (i32.const 8))))
    (if (call $call_perform) (then (call $append (i32.const 2) (i32.const 1)) (call $reply))))
  (func (export "canister_update call") (call $perform))
  (func (export "canister_composite_query ask") (call $perform_free))
  (func $perform_free
    (local $method i32) (local $cycles i32)
    (call $arg_copy (i32.const 1024) (i32.const 0) (call $arg_size))
    (local.set $method (i32.add (i32.const 1025) (i32.load8_u (i32.const 1024))))
    (local.set $cycles
      (i32.add (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))))
    (call $call_new
      (i32.const 1025) (i32.load8_u (i32.const 1024))
      (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))
      (i32.const 2) (i32.const 0) (i32.const 3) (i32.const 0))
    (call $call_data
      (i32.add (local.get $cycles) (i32.const 8))
      (i32.sub (i32.add (i32.const 1024) (call $arg_size)) (i32.add (local.get $cycles) (i32.const 8))))
    (drop (call $call_perform)))
  (func $rejected_free (param i32)
    (i32.store8 (i32.const 8) (i32.const 1))
    (i32.store8 (i32.const 9) (call $reject_code))
    (call $append (i32.const 8) (i32.const 2))
    (call $reply))
)
