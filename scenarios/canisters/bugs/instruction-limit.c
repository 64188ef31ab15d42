// Class 14, the instruction limit: a callback goes through everything that is open, each with each;
// when much is open, it is too much.
#include "ic.h"

static principal peer;
static volatile u32 work;
static u32 open;

SYSTEM(init) { arg_principals(&peer, 1); }

static void settle(u32 entries) {
  for (u32 i = 0; i < entries; i++)
    for (u32 k = 0; k < entries * 1000; k++) work += k;
}

static void booked(u32 env) {
#ifdef FIXED
  settle(open < 3 ? open : 3);
#else
  settle(open);
#endif
  open--;
  reply(open);
}

static void refused(u32 env) {
  open--;
  REJECT("not booked");
}

UPDATE(add) {
  open++;
  if (!call(&peer, "book", 1, booked, refused, 0)) refused(0);
}
