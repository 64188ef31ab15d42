// Class 7, a lost refund: cycles that were attached to a call come back when it is refused; the credit
// they were taken from does not.
#include "ic.h"

#define PRICE 1000000000ull

static principal peer;
static u64 credit = 20 * PRICE, spent;

SYSTEM(init) { arg_principals(&peer, 1); }

static void bought(u32 env) {
  spent += PRICE;
  reply(credit);
}

static void refused(u32 env) {
#ifdef FIXED
  u64 refunded[2];
  msg_cycles_refunded128(refunded);
  credit += refunded[0];
#endif
  REJECT("not bought");
}

UPDATE(buy) {
  if (credit < PRICE) return REJECT("no credit");
  credit -= PRICE;
  begin_call(&peer, "sell", PRICE, bought, refused, 0);
  call_cycles_add128(0, PRICE);
  if (call_perform()) { credit += PRICE; REJECT("not bought"); }
}

UPDATE(check) {
  ALWAYS(credit + spent == 20 * PRICE, "a refund is lost");
  reply(credit);
}
