// Class 6, a reject is not "nothing happened": the shop in between has booked before it was told that
// the gate is closed, and says no; who tries again pays twice. Both are this program: the shop has the
// gate as its peer, the customer has the shop.
#include "ic.h"

static principal peer;
static u64 booked[64], total;
static u32 count, bought;

SYSTEM(init) { arg_principals(&peer, 1); }

static void open(u32 env) { reply(total); }

static void closed(u32 env) { REJECT("the gate is closed"); }

static void book(u64 id) {
#ifdef FIXED
  for (u32 i = 0; i < count; i++) if (booked[i] == id) return;
#endif
  ALWAYS(count < 64, "too many");
  booked[count++] = id;
  total += 1;
}

UPDATE(order) {
  book(arg_number());
  call(&peer, "gate", 0, open, closed, 0);
}

UPDATE(total_orders) { reply(total); }

static void done(u32 env) { reply(1); }

static void failed(u32 env) { REJECT("not bought"); }

static void again(u32 env) { call(&peer, "order", env, done, failed, env); }

UPDATE(buy) {
  bought++;
  call(&peer, "order", bought, done, again, bought);
}

static void compare(u32 env) {
  ALWAYS(arg_number() <= bought, "paid twice");
  reply(1);
}

UPDATE(check) { call(&peer, "total_orders", 0, compare, failed, 0); }
