;; Runs the program at an address: its length in four bytes, and its instructions.
(func $run (param $p i32)
  (local $end i32)
  (local $op i32)
  (local $count i32)
  (local $body i32)
  (local $wide i64)
  (local.set $end (i32.add (i32.add (local.get $p) (i32.const 4)) (i32.load (local.get $p))))
  (local.set $p (i32.add (local.get $p) (i32.const 4)))
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
      (local.set $op (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (if (i32.eqz (local.get $op))
        (then
          (call $push (i64.load (local.get $p)))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (br $next)))
      (if (i32.le_u (local.get $op) (i32.const 2))
        (then
          (if (i32.eq (local.get $op) (i32.const 1))
            (then
              (call $push2 (i32.add (local.get $p) (i32.const 4)) (i32.load (local.get $p))))
            (else (call $push (i64.extend_i32_u (local.get $p)))))
          (local.set $p
            (i32.add (i32.add (local.get $p) (i32.const 4)) (i32.load (local.get $p))))
          (br $next)))
      ;; INSTRUCTIONS
      (unreachable))))
