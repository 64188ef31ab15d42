#!/bin/sh
# Makes every module of this folder again, with clang 14 and its linker for Wasm.
set -e
cd "$(dirname "$0")"
make_module() {
  clang --target=wasm32 -O2 -nostdlib -ffreestanding -Wno-unused-function -Wl,--no-entry \
    -Wl,--export-table -Wl,--strip-all -Wl,-z,stack-size=8192 "$@"
}
make_module peer.c -o peer.wasm
for source in *.c; do
  name=${source%.c}
  [ "$name" = peer ] && continue
  make_module "$source" -o "$name-buggy.wasm"
  make_module -DFIXED "$source" -o "$name-fixed.wasm"
done
