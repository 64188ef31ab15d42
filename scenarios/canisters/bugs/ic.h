// What the programs of this folder need of the System API, and of Candid as much as they speak.
#pragma once

typedef unsigned char byte;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef void (*callback)(u32 env);

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name))) extern
#define UPDATE(name) __attribute__((export_name("canister_update " #name))) void name(void)
#define QUERY(name) __attribute__((export_name("canister_query " #name))) void name(void)
#define SYSTEM(name) __attribute__((export_name("canister_" #name))) void name(void)

IMPORT(msg_arg_data_size) u32 msg_arg_data_size(void);
IMPORT(msg_arg_data_copy) void msg_arg_data_copy(void *to, u32 from, u32 len);
IMPORT(msg_reply_data_append) void msg_reply_data_append(const void *from, u32 len);
IMPORT(msg_reply) void msg_reply(void);
IMPORT(msg_reject) void msg_reject(const void *from, u32 len);
IMPORT(msg_reject_code) u32 msg_reject_code(void);
IMPORT(trap) void trap(const void *from, u32 len);
IMPORT(call_new) void call_new(const void *callee, u32 callee_len, const void *name, u32 name_len,
                               callback on_reply, u32 reply_env, callback on_reject, u32 reject_env);
IMPORT(call_on_cleanup) void call_on_cleanup(callback cleanup, u32 env);
IMPORT(call_data_append) void call_data_append(const void *from, u32 len);
IMPORT(call_cycles_add128) void call_cycles_add128(u64 high, u64 low);
IMPORT(call_with_best_effort_response) void call_with_best_effort_response(u32 seconds);
IMPORT(call_perform) u32 call_perform(void);
IMPORT(msg_cycles_accept128) void msg_cycles_accept128(u64 high, u64 low, void *accepted);
IMPORT(msg_cycles_refunded128) void msg_cycles_refunded128(void *to);
IMPORT(time) u64 time(void);
IMPORT(global_timer_set) u64 global_timer_set(u64 time);

#define SECOND 1000000000ull
#define ALWAYS(condition, text) do { if (!(condition)) trap(text, sizeof text - 1); } while (0)
#define REJECT(text) msg_reject(text, sizeof text - 1)

typedef struct { byte bytes[29]; u32 len; } principal;

// Principals of a Candid message that has only such.
static void arg_principals(principal *to, int count) {
  byte arg[128];
  u32 size = msg_arg_data_size(), at = 6 + count;
  ALWAYS(size <= sizeof arg, "argument too long");
  msg_arg_data_copy(arg, 0, size);
  for (int i = 0; i < count; i++) {
    to[i].len = arg[at + 1];
    for (u32 k = 0; k < to[i].len; k++) to[i].bytes[k] = arg[at + 2 + k];
    at += 2 + to[i].len;
  }
}

// The number at the end of the argument: of a plain message between these canisters, or of a `(nat64)`.
static u64 arg_number(void) {
  u64 number = 0;
  u32 size = msg_arg_data_size();
  ALWAYS(size >= 8, "no argument");
  msg_arg_data_copy(&number, size - 8, 8);
  return number;
}

// A number, as a `nat64` in Candid; so the last eight bytes are the number.
static void reply(u64 number) {
  byte head[7] = {'D', 'I', 'D', 'L', 0, 1, 0x78};
  msg_reply_data_append(head, sizeof head);
  msg_reply_data_append(&number, 8);
  msg_reply();
}

static u32 length(const char *text) {
  u32 len = 0;
  while (text[len]) len++;
  return len;
}

// Begins a call with a number as its argument.
static void begin_call(const principal *callee, const char *method, u64 number, callback on_reply,
                       callback on_reject, u32 env) {
  call_new(callee->bytes, callee->len, method, length(method), on_reply, env, on_reject, env);
  call_data_append(&number, 8);
}

// Calls; whether the call could be made.
static int call(const principal *callee, const char *method, u64 number, callback on_reply,
                callback on_reject, u32 env) {
  begin_call(callee, method, number, on_reply, on_reject, env);
  return call_perform() == 0;
}
