;; Application: does one of three things that applications do, and keeps 16 GiB of data.
;;
;;   client --say-->   application --hear--> itself          many small messages
;;   client --work-->  application                           52 million instructions
;;   client --spawn--> application --create_canister-->      a canister with a trillion cycles
;;                     management canister
(module
  (import "ic0" "msg_reply" (func $msg_reply))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_data_append (param i32 i32)))
  (import "ic0" "call_cycles_add" (func $call_cycles_add (param i64)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (import "ic0" "canister_self_size" (func $self_size (result i32)))
  (import "ic0" "canister_self_copy" (func $self_copy (param i32 i32 i32)))
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))

  ;; A mebibyte, of which the first page is used: texts at 0, its own id at 256.
  (memory (export "memory") 16)
  (table 1 funcref)
  (elem (i32.const 0) $answer)

  (data (i32.const 0) "hear")
  ;; "()" in Candid.
  (data (i32.const 16) "DIDL\00\00")
  (data (i32.const 32) "create_canister")
  ;; "(record {})" in Candid: one type, the record without fields.
  (data (i32.const 64) "DIDL\01\6c\00\01\00")

  ;; 262,144 pages are 16 GiB.
  (func (export "canister_init")
    (drop (call $stable_grow (i64.const 262144))))

  (func $answer (param $environment i32)
    (call $msg_reply))

  (func $perform
    (if (call $call_perform) (then (unreachable))))

  (func (export "canister_update say")
    (call $self_copy (i32.const 256) (i32.const 0) (call $self_size))
    (call $call_new
      (i32.const 256) (call $self_size)
      (i32.const 0) (i32.const 4)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $call_data_append (i32.const 16) (i32.const 6))
    (call $perform))

  (func (export "canister_update hear")
    (call $msg_reply))

  ;; Appending to a call that is never made counts fifty instructions a byte.
  (func (export "canister_update work")
    (call $call_new
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $call_data_append (i32.const 0) (i32.const 1048576))
    (call $msg_reply))

  (func (export "canister_update spawn")
    ;; The management canister's principal is empty.
    (call $call_new
      (i32.const 0) (i32.const 0)
      (i32.const 32) (i32.const 15)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $call_data_append (i32.const 64) (i32.const 9))
    (call $call_cycles_add (i64.const 1000000000000))
    (call $perform))

  (@custom "icp:public candid:service"
    "service : { say : () -> (); hear : () -> (); work : () -> (); spawn : () -> () }"))
