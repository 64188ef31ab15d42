// Class 9, a full queue: nobody looks at whether a call could be made.
#include "ic.h"

#define BURST 90

static principal peer;
static u64 ordered, done, waiting;

SYSTEM(init) { arg_principals(&peer, 1); }

static void delivered(u32 env) {
  done++;
#ifdef FIXED
  if (waiting > 0 && call(&peer, "book", 1, delivered, delivered, 0)) waiting--;
#endif
}

UPDATE(order) {
  for (int i = 0; i < BURST; i++) {
    ordered++;
    if (!call(&peer, "book", 1, delivered, delivered, 0)) waiting++;
  }
  reply(ordered);
}

UPDATE(check) {
  ALWAYS(done == ordered, "orders are lost");
  reply(done);
}
