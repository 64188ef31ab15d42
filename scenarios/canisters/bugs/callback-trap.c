// Class 3, a trap in a callback: it takes for granted that nobody else deposits meanwhile; what the
// call did stays, what the callback would have booked does not.
#include "ic.h"

static principal peer;
static u64 credits, current;

SYSTEM(init) { arg_principals(&peer, 1); }

static void pulled(u32 env) {
#ifndef FIXED
  ALWAYS(current == env, "another deposit is under way");
#endif
  credits += 10;
  reply(credits);
}

static void refused(u32 env) { REJECT("not deposited"); }

UPDATE(deposit) {
  current++;
  call(&peer, "book", 10, pulled, refused, current);
}

static void compare(u32 env) {
  ALWAYS(arg_number() == credits, "credits are missing");
  reply(1);
}

static void unknown(u32 env) { REJECT("unknown"); }

UPDATE(check) { call(&peer, "total", 0, compare, unknown, 0); }
