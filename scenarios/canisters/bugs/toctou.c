// Class 1, time of check and time of use: stock is looked at before a call and counted after it.
#include "ic.h"

static principal peer;
static u64 stock = 3;
static long long left;

SYSTEM(init) { arg_principals(&peer, 1); left = stock; }

static void paid(u32 env) {
#ifndef FIXED
  left--;
#endif
  reply(1);
}

static void refused(u32 env) {
#ifdef FIXED
  left++;
#endif
  REJECT("not paid");
}

UPDATE(buy) {
  if (left <= 0) return reply(0);
#ifdef FIXED
  left--;
#endif
  call(&peer, "book", 1, paid, refused, 0);
}

UPDATE(check) {
  ALWAYS(left >= 0, "sold more than there was");
  reply(left);
}
