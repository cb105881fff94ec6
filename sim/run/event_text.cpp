#include "sim/run/result_builder.hpp"
#include "trace/text.hpp"

namespace mmsim {

std::string event_text(const World& world, const TraceRecord& record) {
  Subject subject;
  std::string name;
  if (record.object != kNoId) {
    const Object& object = *world.objects[record.object];
    const LockClass& words = object.lock_class();
    name = world.text(object);
    subject = {name, words.acquire, words.try_acquire, words.release, words.acquire_shared, words.release_shared, {}};
  }
  if (record.event == Event::kNote) subject.note = world.note_names[record.extra];
  return as_call(phrase_of(record, subject));
}

}  // namespace mmsim
