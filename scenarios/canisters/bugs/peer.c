// Somebody else's canister: a book with a total, open or closed, and a gate that only says so.
#include "ic.h"

static u64 booked, known[64];
static u32 count;
static int closed;

SYSTEM(init) { booked = 0; }

UPDATE(open) { closed = 0; reply(0); }

UPDATE(close) { closed = 1; reply(0); }

// Books an amount, if open.
UPDATE(book) {
  if (closed) return REJECT("closed");
  booked += arg_number();
  reply(booked);
}

// Books an amount once for each number in its upper half, however often it is asked.
UPDATE(book_once) {
  u64 id = arg_number() >> 32;
  for (u32 i = 0; i < count; i++) if (known[i] == id) return reply(booked);
  ALWAYS(count < 64, "too many");
  known[count++] = id;
  booked += (u32)arg_number();
  reply(booked);
}

// Whether a number was booked.
UPDATE(is_booked) {
  u64 id = arg_number(), found = 0;
  for (u32 i = 0; i < count; i++) found |= known[i] == id;
  reply(found);
}

// Takes what comes with it, if open.
UPDATE(sell) {
  byte accepted[16];
  if (closed) return REJECT("closed");
  msg_cycles_accept128(0, arg_number(), accepted);
  booked += 1;
  reply(booked);
}

// Whether it is open.
UPDATE(gate) {
  if (closed) return REJECT("closed");
  reply(1);
}

// Books an amount, unless it was sent more than six seconds ago: time in its upper half, in seconds.
UPDATE(book_fresh) {
  u64 sent = arg_number() >> 32;
  if (time() / SECOND > sent + 6) return reply(0);
  booked += (u32)arg_number();
  reply(1);
}

UPDATE(total) { reply(booked); }
