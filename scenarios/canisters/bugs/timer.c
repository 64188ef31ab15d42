// Class 13, a timer and an open call: every eight seconds what has gathered is sent away, and struck
// out when the answer comes.
#include "ic.h"

static principal peer;
static u64 gathered, taken;
static int under_way;

static void again(void) { global_timer_set(time() + 8 * SECOND); }

SYSTEM(init) { arg_principals(&peer, 1); again(); }

UPDATE(gather) {
  taken++;
  gathered++;
  reply(gathered);
}

static void sent(u32 env) {
  under_way = 0;
  gathered = gathered > env ? gathered - env : 0;
}

static void refused(u32 env) { under_way = 0; }

SYSTEM(global_timer) {
  again();
  if (gathered == 0) return;
#ifdef FIXED
  if (under_way) return;
#endif
  under_way = 1;
  call(&peer, "book", gathered, sent, refused, gathered);
}

static void compare(u32 env) {
  ALWAYS(arg_number() <= taken, "sent twice");
  reply(taken);
}

static void unknown(u32 env) { REJECT("unknown"); }

UPDATE(check) { call(&peer, "total", 0, compare, unknown, 0); }
