// Class 11, a canister drained in the middle of a flow: what is not needed is burned, and what open
// calls will need is forgotten; the flow's next call cannot be made.
#include "ic.h"

IMPORT(canister_liquid_cycle_balance128) void canister_liquid_cycle_balance128(void *to);
IMPORT(cycles_burn128) void cycles_burn128(u64 high, u64 low, void *burned);

#define PRICE 5000000000ull
#define LEFT_OVER 3000000000ull

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
  begin_call(&peer, "sell", PRICE, second, failed, 0);
  call_cycles_add128(0, PRICE);
  if (call_perform()) failed(0);
}

UPDATE(work) {
  open++;
  begun++;
  if (!call(&peer, "book", 1, first, failed, 0)) { begun--; failed(0); }
}

// Burns all but what one message needs.
UPDATE(sweep) {
  u64 liquid[2], burned[2];
#ifdef FIXED
  if (open > 0) return REJECT("work is under way");
#endif
  canister_liquid_cycle_balance128(liquid);
  if (liquid[1] == 0 && liquid[0] > LEFT_OVER) cycles_burn128(0, liquid[0] - LEFT_OVER, burned);
  reply(burned[0]);
}

UPDATE(check) {
  ALWAYS(begun == ended, "a flow broke off in the middle");
  reply(ended);
}
