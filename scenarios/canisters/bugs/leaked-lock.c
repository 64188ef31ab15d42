// Class 4, a leaked lock: a callback traps when the price changed meanwhile, as it should; but nobody
// opens the lock then.
#include "ic.h"

static principal peer;
static int locked;
static u32 price = 1;

SYSTEM(init) { arg_principals(&peer, 1); }

static void bought(u32 env) {
  ALWAYS(env == price, "the price has changed");
  locked = 0;
  reply(price);
}

static void refused(u32 env) {
  locked = 0;
  REJECT("not bought");
}

static void unlock(u32 env) { locked = 0; }

UPDATE(buy) {
  if (locked) return REJECT("locked");
  locked = 1;
  begin_call(&peer, "book", price, bought, refused, price);
#ifdef FIXED
  call_on_cleanup(unlock, 0);
#endif
  if (call_perform()) locked = 0;
}

UPDATE(reprice) { reply(++price); }
