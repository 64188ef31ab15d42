// Class 12, an answer that is late: the caller waits four seconds at most, and takes silence for "no".
#include "ic.h"

static principal peer;
static u64 paid, number;

SYSTEM(init) { arg_principals(&peer, 1); }

static void booked(u32 env) { reply(paid); }

static void gone(u32 env) { REJECT("not paid"); }

static void known(u32 env) {
  if (arg_number()) return reply(paid);
  paid -= 10;
  REJECT("not paid");
}

static void silence(u32 env) {
#ifdef FIXED
  // Requests keep their order, so the question comes after what is asked about.
  if (call(&peer, "is_booked", env, known, gone, 0)) return;
#endif
  paid -= 10;
  REJECT("not paid");
}

UPDATE(pay) {
  paid += 10;
  number++;
  begin_call(&peer, "book_once", number << 32 | 10, booked, silence, number);
  call_with_best_effort_response(4);
  if (call_perform()) { paid -= 10; REJECT("not paid"); }
}

static void compare(u32 env) {
  ALWAYS(arg_number() == paid, "paid, and taken back");
  reply(paid);
}

UPDATE(check) { call(&peer, "total", 0, compare, gone, 0); }
