// Class 2, re-entrancy: an order can be refunded, and its flag is set when the refund has been paid.
#include "ic.h"

static principal peer;
static int refunded;

SYSTEM(init) { arg_principals(&peer, 1); }

static void paid(u32 env) {
  refunded = 1;
  reply(100);
}

static void refused(u32 env) {
  refunded = 0;
  REJECT("not paid");
}

UPDATE(refund) {
  if (refunded) return reply(0);
#ifdef FIXED
  refunded = 1;
#endif
  call(&peer, "book", 100, paid, refused, 0);
}

static void compare(u32 env) {
  ALWAYS(arg_number() <= 100, "refunded twice");
  reply(1);
}

static void unknown(u32 env) { REJECT("unknown"); }

UPDATE(check) { call(&peer, "total", 0, compare, unknown, 0); }
