;; Relay: forwards each call to one peer and replies what the peer replied.
;;
;;   client --forward--> relay --inc--> peer
;;          <---reply---       <-reply-
;;
;; The smallest canister that calls another one: no allocator, no Candid library. Its memory is a
;; page with fixed places:
;;
;;      0  texts (data segments below)
;;    256  the install argument; the peer's principal is the part from 265 on
;;    512  the reply of `count`
;;   1024  bytes passed on from the peer to the client
(module
  (import "ic0" "msg_arg_data_size" (func $msg_arg_data_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $msg_arg_data_copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $msg_reply_data_append (param i32 i32)))
  (import "ic0" "msg_reply" (func $msg_reply))
  (import "ic0" "msg_reject" (func $msg_reject (param i32 i32)))
  (import "ic0" "msg_reject_msg_size" (func $msg_reject_msg_size (result i32)))
  (import "ic0" "msg_reject_msg_copy" (func $msg_reject_msg_copy (param i32 i32 i32)))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_data_append (param i32 i32)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (import "ic0" "trap" (func $trap (param i32 i32)))

  (memory (export "memory") 1)

  ;; Callbacks are named by their place in the table.
  (table (export "table") 2 funcref)
  (elem (i32.const 0) $on_reply $on_reject)

  ;; How often `forward` was called.
  (global $forwards (mut i64) (i64.const 0))
  ;; Bytes of the peer's principal.
  (global $peer_size (mut i32) (i32.const 0))

  ;; "(principal)" in Candid: magic, no type definitions, one argument, of type principal (0x68),
  ;; given in the open (0x01). The length and the bytes follow.
  (data (i32.const 0) "DIDL\00\01\68\01")
  ;; "()" in Candid.
  (data (i32.const 16) "DIDL\00\00")
  (data (i32.const 32) "inc")
  (data (i32.const 64) "relay: expected a principal as install argument")
  (data (i32.const 128) "relay: the call could not be made")
  ;; "(nat64)" in Candid; the eight bytes of the number follow.
  (data (i32.const 512) "DIDL\00\01\78")

  (func (export "canister_init")
    (local $size i32)
    (local.set $size (call $msg_arg_data_size))
    ;; 8 bytes of head, 1 of length, and at most 29 of principal.
    (if (i32.or
          (i32.lt_u (local.get $size) (i32.const 9))
          (i32.gt_u (local.get $size) (i32.const 38)))
      (then (call $refuse)))
    (call $msg_arg_data_copy (i32.const 256) (i32.const 0) (local.get $size))
    (global.set $peer_size (i32.load8_u (i32.const 264)))
    (if (i32.or
          (i64.ne (i64.load (i32.const 256)) (i64.load (i32.const 0)))
          (i32.ne (local.get $size) (i32.add (global.get $peer_size) (i32.const 9))))
      (then (call $refuse))))

  (func $refuse
    (call $trap (i32.const 64) (i32.const 47)))

  (func (export "canister_update forward")
    (global.set $forwards (i64.add (global.get $forwards) (i64.const 1)))
    (call $call_new
      (i32.const 265) (global.get $peer_size) ;; callee
      (i32.const 32) (i32.const 3)            ;; method `inc`
      (i32.const 0) (i32.const 0)             ;; $on_reply
      (i32.const 1) (i32.const 0))            ;; $on_reject
    (call $call_data_append (i32.const 16) (i32.const 6))
    ;; Nothing will call back if the call was not even queued, so the answer is given here.
    (if (call $call_perform)
      (then (call $msg_reject (i32.const 128) (i32.const 33)))))

  ;; In a reply callback, the argument is what the peer replied.
  (func $on_reply (param $environment i32)
    (local $size i32)
    (local.set $size (call $msg_arg_data_size))
    (call $msg_arg_data_copy (i32.const 1024) (i32.const 0) (local.get $size))
    (call $msg_reply_data_append (i32.const 1024) (local.get $size))
    (call $msg_reply))

  (func $on_reject (param $environment i32)
    (local $size i32)
    (local.set $size (call $msg_reject_msg_size))
    (call $msg_reject_msg_copy (i32.const 1024) (i32.const 0) (local.get $size))
    (call $msg_reject (i32.const 1024) (local.get $size)))

  (func (export "canister_query count")
    (i64.store (i32.const 519) (global.get $forwards))
    (call $msg_reply_data_append (i32.const 512) (i32.const 15))
    (call $msg_reply))

  ;; The peer's reply is passed on unread; `forward` is declared for a peer that replies a `nat`.
  (@custom "icp:public candid:service"
    "service : { forward : () -> (nat); count : () -> (nat64) query }")
  (@custom "icp:public candid:args" "(principal)"))
