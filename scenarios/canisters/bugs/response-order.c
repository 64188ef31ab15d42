// Class 8, the order of responses: requests to one canister keep their order, answers do not; the last
// answer is taken for the newest.
#include "ic.h"

static principal peer;
static u64 newest, asked;

SYSTEM(init) { arg_principals(&peer, 1); }

static void told(u32 env) {
  u64 price = arg_number();
#ifdef FIXED
  if (price > newest)
#endif
  newest = price;
  reply(price);
}

static void refused(u32 env) { REJECT("no price"); }

// The price goes up by one with every question.
UPDATE(refresh) {
  asked++;
  call(&peer, "book", 1, told, refused, 0);
}

UPDATE(check) {
  ALWAYS(newest == asked, "an old price");
  reply(newest);
}
