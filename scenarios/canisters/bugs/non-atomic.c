// Class 5, two calls that belong together: money leaves the one book, and if the other refuses it, it
// is nowhere.
#include "ic.h"

static principal peers[2];
static u64 moved, returned;

SYSTEM(init) { arg_principals(peers, 2); }

static void arrived(u32 env) { reply(1); }

static void undone(u32 env) { REJECT("not moved"); }

static void lost(u32 env) {
#ifdef FIXED
  returned += 10;
  if (call(&peers[0], "book", (u64)-10, undone, undone, 0)) return;
#endif
  REJECT("not moved");
}

static void left(u32 env) {
  if (!call(&peers[1], "book", 10, arrived, lost, 0)) lost(0);
}

UPDATE(move) { if (!call(&peers[0], "book", 10, left, undone, 0)) undone(0); }

static void compare(u32 env) {
  ALWAYS(arg_number() == moved, "money is nowhere");
  reply(moved);
}

static void unknown(u32 env) { REJECT("unknown"); }

static void and_other(u32 env) {
  moved = arg_number();
  call(&peers[1], "total", 0, compare, unknown, 0);
}

UPDATE(check) { call(&peers[0], "total", 0, and_other, unknown, 0); }
