// Class 10, stopping with calls under way: a canister that is being stopped takes no calls, so a
// notice to it is refused. Three canisters are this program: the shop, who is told; the till, who
// tells; and the keeper, who controls the shop and restarts it.
#include "ic.h"

static principal peer, management;
static u64 notices, sold;

SYSTEM(init) { arg_principals(&peer, 1); }

// The till sells, and tells the shop.
static void told(u32 env) { reply(sold); }

static void refused(u32 env) {
#ifdef FIXED
  if (call(&peer, "notice", 1, told, refused, 0)) return;
#endif
  reply(sold);
}

UPDATE(sell) {
  sold++;
  if (!call(&peer, "notice", 1, told, refused, 0)) reply(0);
}

UPDATE(notice) { reply(++notices); }

// The shop has business of its own, which keeps it from stopping at once.
static void finished(u32 env) { reply(1); }

UPDATE(work) { call(&peer, "gate", 0, finished, finished, 0); }

// The keeper. The argument of the management canister is a record with the shop's principal.
static void manage(const char *method, callback then) {
  byte head[] = {'D', 'I', 'D', 'L', 1, 0x6c, 1, 0xb3, 0xc4, 0xb1, 0xf2, 0x04, 0x68, 1, 0, 1, peer.len};
  call_new(management.bytes, 0, method, length(method), then, 0, then, 0);
  call_data_append(head, sizeof head);
  call_data_append(peer.bytes, peer.len);
  call_perform();
}

static void restarted(u32 env) { reply(1); }

static void stopped(u32 env) { manage("start_canister", restarted); }

UPDATE(restart) { manage("stop_canister", stopped); }

static void compare(u32 env) {
  ALWAYS(arg_number() == sold + 1, "a notice is lost");
  reply(sold);
}

static void unknown(u32 env) { REJECT("unknown"); }

UPDATE(check) { call(&peer, "notice", 1, compare, unknown, 0); }
