;; Burner: uses a billion instructions a message, and little of the machine that simulates it.
;;
;;   client --burn--> burner
;;
;; Bytes appended to a call count fifty instructions each (interface specification: they are going to
;; be transmitted), whether or not the call is ever made. So the method begins a call, appends a
;; mebibyte to it, 52,428,800 instructions, and begins the next one, which drops the one before:
;; nineteen times, 996 million instructions.
(module
  (import "ic0" "msg_reply" (func $msg_reply))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_data_append (param i32 i32)))

  ;; A mebibyte, never written.
  (memory (export "memory") 16)

  (func $burn (param $mebibytes i32)
    (loop $again
      (call $call_new
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
      (call $call_data_append (i32.const 0) (i32.const 1048576))
      (local.set $mebibytes (i32.sub (local.get $mebibytes) (i32.const 1)))
      (br_if $again (local.get $mebibytes))))

  (func (export "canister_update burn")
    (call $burn (i32.const 19))
    (call $msg_reply))

  (@custom "icp:public candid:service" "service : { burn : () -> () }"))
