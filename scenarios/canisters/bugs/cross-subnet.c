// Class 15, across subnets: what takes no time on one subnet takes rounds between two. The peer ignores
// what was sent more than six seconds before, and says so; nobody listens.
#include "ic.h"

static principal peer;
static u64 sent;

SYSTEM(init) { arg_principals(&peer, 1); }

static void answered(u32 env) {
#ifdef FIXED
  if (!arg_number()) sent -= 1;
#endif
  reply(sent);
}

static void refused(u32 env) {
  sent -= 1;
  REJECT("not sent");
}

UPDATE(send) {
  sent += 1;
  call(&peer, "book_fresh", (time() / SECOND) << 32 | 1, answered, refused, 0);
}

static void compare(u32 env) {
  ALWAYS(arg_number() == sent, "sent, and ignored");
  reply(sent);
}

static void unknown(u32 env) { REJECT("unknown"); }

UPDATE(check) { call(&peer, "total", 0, compare, unknown, 0); }
