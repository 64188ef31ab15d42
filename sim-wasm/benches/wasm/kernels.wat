;; Each method is one kernel of some milliseconds.
(module
  (memory (export "memory") 16)
  (global $sum (mut i64) (i64.const 0))
  (type $step (func (param i64) (result i64)))

  ;; A generator of random numbers, a million times.
  (func (export "canister_update loop") (local $x i64) (local $left i32)
    (local.set $x (i64.const 88172645463325252))
    (local.set $left (i32.const 1000000))
    (loop $next
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
      (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (global.set $sum (local.get $x)))

  ;; Primes below half a million.
  (func (export "canister_update sieve") (local $i i32) (local $k i32) (local $count i32)
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 500000))
    (local.set $i (i32.const 2))
    (loop $next
      (if (i32.eqz (i32.load8_u (local.get $i)))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $k (i32.mul (local.get $i) (i32.const 2)))
          (block $done
            (loop $strike
              (br_if $done (i32.ge_u (local.get $k) (i32.const 500000)))
              (i32.store8 (local.get $k) (i32.const 1))
              (local.set $k (i32.add (local.get $k) (local.get $i)))
              (br $strike)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 500000))))
    (global.set $sum (i64.extend_i32_u (local.get $count))))

  ;; Twenty thousand numbers, by Shell's method.
  (func (export "canister_update sort")
    (local $i i32) (local $k i32) (local $gap i32) (local $x i32) (local $seed i32)
    (local.set $seed (i32.const 12345))
    (loop $fill
      (local.set $seed
        (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $seed))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (i32.const 20000))))
    (local.set $gap (i32.const 9841))
    (loop $gaps
      (local.set $i (local.get $gap))
      (loop $each
        (local.set $x (i32.load (i32.shl (local.get $i) (i32.const 2))))
        (local.set $k (local.get $i))
        (block $placed
          (loop $shift
            (br_if $placed (i32.lt_u (local.get $k) (local.get $gap)))
            (br_if $placed
              (i32.le_s
                (i32.load (i32.shl (i32.sub (local.get $k) (local.get $gap)) (i32.const 2)))
                (local.get $x)))
            (i32.store (i32.shl (local.get $k) (i32.const 2))
              (i32.load (i32.shl (i32.sub (local.get $k) (local.get $gap)) (i32.const 2))))
            (local.set $k (i32.sub (local.get $k) (local.get $gap)))
            (br $shift)))
        (i32.store (i32.shl (local.get $k) (i32.const 2)) (local.get $x))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $each (i32.lt_u (local.get $i) (i32.const 20000))))
      (br_if $gaps
        (local.tee $gap
          (i32.div_u (i32.sub (local.get $gap) (i32.const 1)) (i32.const 3))))))

  ;; Fibonacci's numbers the slow way: a quarter of a million calls.
  (func $fib (param $n i32) (result i64)
    (if (result i64) (i32.lt_u (local.get $n) (i32.const 2))
      (then (i64.extend_i32_u (local.get $n)))
      (else
        (i64.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "canister_update calls") (global.set $sum (call $fib (i32.const 24))))

  ;; Steps chosen by a table of functions and by a table of branches.
  (table funcref (elem $double $decrement $mix))
  (func $double (param i64) (result i64) (i64.mul (local.get 0) (i64.const 2)))
  (func $decrement (param i64) (result i64) (i64.sub (local.get 0) (i64.const 1)))
  (func $mix (param i64) (result i64)
    (i64.xor (local.get 0) (i64.rotl (local.get 0) (i64.const 21))))
  (func (export "canister_update dispatch") (local $x i64) (local $left i32)
    (local.set $x (i64.const 7))
    (local.set $left (i32.const 100000))
    (loop $next
      (block $two (block $one (block $zero
        (br_table $zero $one $two
          (i32.and (i32.wrap_i64 (local.get $x)) (i32.const 3))))
        (local.set $x (i64.add (local.get $x) (i64.const 5)))
        (br $two))
        (local.set $x (i64.mul (local.get $x) (i64.const 6364136223846793005))))
      (local.set $x
        (call_indirect (type $step) (local.get $x)
          (i32.rem_u (local.get $left) (i32.const 3))))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (global.set $sum (local.get $x))))
