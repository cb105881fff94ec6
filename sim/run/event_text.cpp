#include <fmt/format.h>

#include "sim/run/result_builder.hpp"

namespace mmsim {

namespace {

std::string call(const char* verb, const std::string& object) { return fmt::format("{}({})", verb, object); }

std::string note_text(const World& world, const TraceRecord& record) {
  const char* name = world.note_names[record.extra];
  if (record.object != kNoId) return call(name, world.text(*world.objects[record.object]));
  return record.argument != 0 ? fmt::format("{} {}", name, record.argument) : name;
}

}  // namespace

std::string event_text(const World& world, const TraceRecord& record) {
  if (record.event == Event::kNote) return note_text(world, record);
  if (record.event == Event::kStart) return "starts";
  if (record.event == Event::kFinish) return "finishes";
  if (record.event == Event::kSleep) return fmt::format("sleeps {} ns", record.argument);
  if (record.object == kNoId) return {};
  const Object& object = *world.objects[record.object];
  const LockClass& words = object.lock_class();
  const std::string name = world.text(object);
  switch (record.event) {
    case Event::kAcquire: return call(record.extra == 1 ? words.try_acquire : words.acquire, name);
    case Event::kAcquireShared: return call(words.acquire_shared, name);
    case Event::kTryFailed: return call(words.try_acquire, name) + " fails";
    case Event::kRelease: return call(words.release, name);
    case Event::kReleaseShared: return call(words.release_shared, name);
    case Event::kWait: return call(record.extra == 1 ? words.acquire_shared : words.acquire, name) + " ... waits";
    case Event::kWake: return call(words.release, name);
    case Event::kWakeAll: return call(words.release, name) + " all";
    default: return {};
  }
}

}  // namespace mmsim
