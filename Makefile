# Two commands do everything on a fresh Debian 12:
#   make demo   installs what is missing, builds the release, replays four claims and shows their reports
#   make test   installs what is missing, builds, runs every test
# The rest serves them, and those who work on the project.

SHELL := /bin/bash
MMSIM := build/release/mmsim
CLAIMS := scenarios/lkml-2022-09-27
BUILD := cmake --build

.PHONY: demo test packages build debug sanitize clang digests threads bench clean

demo: packages
	cmake --preset release
	$(BUILD) --preset release --target mmsim
	@tools/demo $(MMSIM) $(CLAIMS)/1-batching-writer.txtpb $(CLAIMS)/5-migrate-async.txtpb \
	  $(CLAIMS)/8-fix-b-fall-back.txtpb $(CLAIMS)/9a-loop-v6.3-rc1.txtpb

test: build sanitize clang
	ctest --preset release
	$(MMSIM) check scenarios
	tools/check-digests build/release/mmsim build/clang/mmsim build/sanitize/mmsim
	tools/check-bug-table
	tools/check-readme
	ctest --preset sanitize

# The same of an unoptimised build too. (In `test` the sanitized one, -O1, and Clang's, -O2, stand for other levels.)
digests: build debug sanitize clang
	tools/check-digests build/release/mmsim build/debug/mmsim build/clang/mmsim build/sanitize/mmsim

# Workers of an exploration under ThreadSanitizer. Not part of `test`: it is another build, and the searches take minutes.
threads: packages
	cmake --preset threads
	$(BUILD) --preset threads --target mmsim
	tools/check-threads build/threads/mmsim

# Debian packages by name; nothing else is ever fetched. Does nothing where all are there.
packages:
	@tools/install-packages packages.txt

build: packages
	cmake --preset release
	$(BUILD) --preset release

debug: packages
	cmake --preset debug -DMMSIM_TESTS=OFF
	$(BUILD) --preset debug

sanitize: packages
	cmake --preset sanitize
	$(BUILD) --preset sanitize

clang: packages
	cmake --preset clang
	$(BUILD) --preset clang

bench: packages
	@tools/install-packages packages-bench.txt
	cmake --preset bench
	$(BUILD) --preset bench
	tools/bench build/bench

clean:
	rm -rf build
