// Class 11, cycles put aside: every open call holds the price of its callback, so many open calls take
// a canister below its freezing threshold in the middle of a flow, and the next call cannot be made.
#include "ic.h"

static principal peer;
static u64 begun, ended, open;

SYSTEM(init) { arg_principals(&peer, 1); }

static void failed(u32 env) {
  open--;
  REJECT("not done");
}

static void second(u32 env) {
  open--;
  ended++;
  reply(ended);
}

static void first(u32 env) {
  if (!call(&peer, "book", 1, second, failed, 0)) failed(0);
}

UPDATE(work) {
#ifdef FIXED
  if (open >= 2) return REJECT("too busy");
#endif
  open++;
  begun++;
  if (!call(&peer, "book", 1, first, failed, 0)) { begun--; failed(0); }
}

UPDATE(check) {
  ALWAYS(begun == ended, "a flow broke off in the middle");
  reply(ended);
}
