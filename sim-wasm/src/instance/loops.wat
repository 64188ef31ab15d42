;; Loops that call small functions. The argument of each method says how many turns.
(module
  (import "ic0" "msg_arg_data_copy" (func $arg (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "performance_counter" (func $instructions (param i32) (result i64)))
  (type $step (func (param i32) (result i32)))
  (memory 1)
  (table 2 funcref)
  (elem (i32.const 0) $double $less_or_twice)
  (global $sum (mut i64) (i64.const 0))

  (func $turns (result i32)
    (call $arg (i32.const 0) (i32.const 0) (i32.const 4))
    (i32.load (i32.const 0)))
  (func $answer (param $value i64)
    (i64.store (i32.const 8) (local.get $value))
    (call $append (i32.const 8) (i32.const 8))
    (call $reply))

  (func $double (param $a i32) (result i32) (i32.mul (local.get $a) (i32.const 2)))
  (func $less (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.and (local.get $a) (i32.const 1))
      (then (i32.lt_u (local.get $a) (local.get $b)))
      (else (i32.le_u (i32.add (local.get $a) (i32.const 1)) (local.get $b)))))
  (func $less_or_twice (param $a i32) (result i32)
    (if (i32.gt_u (local.get $a) (i32.const 20)) (then (return (i32.const 7))))
    (block $out (result i32)
      (drop (br_if $out (i32.const 9) (i32.eq (local.get $a) (i32.const 3))))
      (call $double (local.get $a))))
  ;; Changes its parameters, and reads a local before it sets it.
  (func $collatz (param $n i32) (param $add i32) (result i32) (local $zero i32) (local $twice i64)
    (if (i32.and (local.get $n) (i32.const 1))
      (then (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3)) (local.get $add))))
      (else (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
        (local.set $zero (i32.const 5))))
    (local.set $add (local.get $zero))
    (local.set $twice (i64.shl (i64.extend_i32_u (local.get $n)) (i64.const 1)))
    (local.set $zero (i32.const 100))
    (i32.add (i32.wrap_i64 (local.get $twice)) (local.get $add)))
  (func $quotient (param $a i32) (param $b i32) (result i32)
    (i32.div_u (local.get $a) (local.get $b)))
  (func $put (param $at i32) (param $value i32)
    (if (i32.eqz (local.get $value)) (then (return)))
    (i32.store (local.get $at) (local.get $value)))
  (func $now (result i64) (call $instructions (i32.const 0)))

  (func (export "canister_update arithmetic") (local $n i32) (local $i i32) (local $x i32)
    (local.set $n (call $turns))
    (loop $next
      (if (call $less (local.get $i) (local.get $n))
        (then
          (local.set $x (i32.add (local.get $x) (call $double (local.get $i))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))))
    (call $answer (i64.extend_i32_u (local.get $x))))

  (func (export "canister_update early_return") (local $n i32) (local $i i32) (local $x i32)
    (local.set $n (call $turns))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $x (i32.add (call $less_or_twice (local.get $i)) (local.get $x)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (if (i32.eq (local.get $i) (i32.const 30))
          (then (call $answer (i64.const -1)) (return)))
        (br $next)))
    (call $answer (i64.extend_i32_u (local.get $x))))

  (func (export "canister_update fresh_locals") (local $n i32) (local $i i32) (local $x i32)
    (local.set $n (call $turns))
    (loop $next
      (local.set $x (i32.xor (local.get $x)
        (call $collatz (i32.add (local.get $i) (i32.const 2)) (local.get $n))))
      (local.set $x (i32.add (local.get $x) (call $collatz (i32.const 9) (i32.const 1))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (call $answer (i64.extend_i32_u (local.get $x))))

  ;; Traps in its last turn.
  (func (export "canister_update divide") (local $n i32) (local $x i32)
    (local.set $n (call $turns))
    (loop $next
      (local.set $x (i32.add (local.get $x) (call $quotient (i32.const 1000) (local.get $n))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (i32.ge_s (local.get $n) (i32.const 0))))
    (call $answer (i64.extend_i32_u (local.get $x))))

  ;; Traps beyond the heap after 31 turns.
  (func (export "canister_update store") (local $n i32) (local $i i32)
    (local.set $n (call $turns))
    (loop $next
      (call $put (i32.mul (local.get $i) (i32.const 2113)) (i32.rem_u (local.get $i) (i32.const 3)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (call $answer (i64.extend_i32_u (local.get $i))))

  ;; Looks at its own instructions in every turn.
  (func (export "canister_update count") (local $n i32) (local $x i64)
    (local.set $n (call $turns))
    (loop $next
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 3)) (call $now)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (call $answer (local.get $x)))

  ;; Loops within loops, in a function that returns from the innermost.
  (func $search (param $n i32) (result i32) (local $i i32) (local $k i32)
    (loop $outer
      (local.set $k (i32.const 0))
      (loop $inner
        (if (i32.eq (call $double (local.get $k)) (i32.add (local.get $i) (local.get $n)))
          (then (return (local.get $k))))
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (br_if $inner (i32.lt_u (local.get $k) (i32.const 9))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
    (i32.const -1))
  (func (export "canister_update nested") (local $n i32) (local $x i32)
    (local.set $n (i32.rem_u (call $turns) (i32.const 25)))
    (loop $next
      (local.set $x (i32.add (local.get $x) (call $search (local.get $n))))
      (local.set $n (i32.sub (local.get $n) (i32.const 5)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (call $answer (i64.extend_i32_s (local.get $x))))

  ;; Operations that cost by their length, and one that grows the heap.
  (func (export "canister_update fill") (local $n i32)
    (local.set $n (call $turns))
    (loop $next
      (memory.fill (i32.const 1024) (call $double (local.get $n)) (local.get $n))
      (if (i32.eq (local.get $n) (i32.const 4)) (then (drop (memory.grow (i32.const 1)))))
      (memory.copy (i32.const 2048) (i32.const 1024) (local.get $n))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (call $answer (i64.load (i32.const 2048))))

  (func (export "canister_update indirect") (local $n i32) (local $x i64)
    (local.set $n (call $turns))
    (loop $next
      (local.set $x (i64.add (local.get $x) (i64.extend_i32_u
        (call_indirect (type $step) (local.get $n)
          (i32.rem_u (call $double (local.get $n)) (i32.const 3))))))
      (global.set $sum (local.get $x))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (call $answer (local.get $x))))
